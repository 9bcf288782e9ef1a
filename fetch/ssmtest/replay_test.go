package ssmtest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

var (
	_ fetch.Client = (*ssmtest.Player)(nil)
	_ fetch.Client = (*ssmtest.Recorder)(nil)
)

// placebo is a directory that boto3 and Placebo 0.10 wrote.
const placebo = "testdata/placebo"

// brief has a parameter's fields in a line.
func brief(p types.Parameter) string {
	return strings.TrimRight(fmt.Sprintf("%s%s %s v%d %s %s %s %s", aws.ToString(p.Name), aws.ToString(p.Selector), p.Type, p.Version,
		aws.ToString(p.Value), aws.ToString(p.ARN), aws.ToTime(p.LastModifiedDate).Format(time.RFC3339Nano), aws.ToString(p.SourceResult)), " ")
}

func briefs(parameters []types.Parameter) string {
	lines := make([]string, len(parameters))
	for i, p := range parameters {
		lines[i] = brief(p)
	}
	return strings.Join(lines, "\n")
}

func TestReplayPlaysADirectoryAsPlaceboWritesIt(t *testing.T) {
	player, err := ssmtest.Replay(placebo)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // after the last response comes the first again
		out, err := get(t.Context(), player, "/any")
		if err != nil {
			t.Fatal(err)
		}
		const arn = "arn:aws:ssm:us-east-1:123456789012:parameter"
		const when = "2026-01-02T03:04:05.25Z"
		if got, want := briefs(out.Parameters), "/app/host String v3 db.internal "+arn+"/app/host "+when+"\n"+
			"/app/host:1 String v1 old.internal "+arn+"/app/host "+when+"\n"+
			"/app/password SecureString v2 hunter2 "+arn+"/app/password "+when; got != want {
			t.Errorf("the first response has\n%s, want\n%s", got, want)
		}
		if got := fmt.Sprint(out.InvalidParameters); got != "[/app/missing]" {
			t.Errorf("it does not know %s", got)
		}
		if got := aws.ToString(out.Parameters[0].DataType); got != "text" {
			t.Errorf("the data type is %q", got)
		}

		if out, err = get(t.Context(), player, "/any"); err != nil || out.InvalidParameters == nil {
			t.Fatal(out, err)
		}
		if got, want := briefs(out.Parameters), "/aws/reference/secretsmanager/key SecureString v0 s3cr3t arn:aws:secretsmanager:us-east-1:123456789012:secret:key-a1b2c3 "+when+
			` {"ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:key-a1b2c3", "name": "key", "versionId": "11111111-2222-4333-8444-555555555555", "secretString": "s3cr3t"}`; got != want {
			t.Errorf("the second response has\n%s, want\n%s", got, want)
		}

		_, err = get(t.Context(), player, "/any")
		var typed *types.ThrottlingException
		var response *smithyhttp.ResponseError
		if !errors.As(err, &typed) || typed.ErrorMessage() != "Rate exceeded" || !errors.As(err, &response) || response.HTTPStatusCode() != 400 {
			t.Errorf("the third response is %v", err)
		}

		page, err := list(t.Context(), player, "/any")
		if err != nil || len(page.Parameters) != 2 || aws.ToString(page.NextToken) != "page-2" {
			t.Errorf("the first page is %+v, %v", page, err)
		}
		page, err = list(t.Context(), player, "/any")
		if err != nil || len(page.Parameters) != 1 || aws.ToString(page.Parameters[0].Value) != "db1.internal,db2.internal" || page.NextToken != nil {
			t.Errorf("the second page is %+v, %v", page, err)
		}
	}
}

// directory returns a directory with the given files.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReplayReturnsRecordedErrorsAsTheSDKDoes(t *testing.T) {
	for code, want := range map[string]struct {
		status int
		as     any
	}{
		"AccessDeniedException": {400, new(*types.AccessDeniedException)},
		"InternalServerError":   {500, new(*types.InternalServerError)},
		"InvalidKeyId":          {400, new(*types.InvalidKeyId)},
		"ValidationException":   {400, new(*types.ValidationException)},
		"ServiceUnavailable":    {503, new(*smithy.GenericAPIError)},
	} {
		player, err := ssmtest.Replay(directory(t, map[string]string{
			"ssm.GetParameters_1.json": fmt.Sprintf(`{"status_code": %d, "data": {"Error": {"Code": %q, "Message": "why"}}}`, want.status, code),
		}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = get(t.Context(), player, "/a")
		var api smithy.APIError
		var response *smithyhttp.ResponseError
		if !errors.As(err, want.as) || !errors.As(err, &api) || api.ErrorCode() != code || api.ErrorMessage() != "why" ||
			!errors.As(err, &response) || response.HTTPStatusCode() != want.status {
			t.Errorf("%s is played back as %v", code, err)
		}
	}
}

func TestMalformedRecordingIsNamedAndNotQuoted(t *testing.T) {
	const good = `{"status_code": 200, "data": {"Parameters": [{"Name": "/a"}]}}`
	date := func(date string) string {
		return `{"status_code": 200, "data": {"Parameters": [{"Name": "` + password + `", "LastModifiedDate": ` + date + `}]}}`
	}
	for _, c := range []struct{ text, reason string }{
		{"", "it is not JSON of the right shape"},
		{password, "it is not JSON of the right shape"},
		{good + password, "it is not JSON of the right shape"},
		{`{"status_code": 200, "data": {"Parameters": [{"Name": "/a", "Value": "` + password + `}]}}`, "it is not JSON of the right shape"},
		{`{"status_code": "` + password + `", "data": {}}`, "it is not JSON of the right shape"},
		{`{"status_code": 200, "data": "` + password + `"}`, "it is not JSON of the right shape"},
		{`{"status_code": 200, "data": {"Parameters": [{"Name": "/a", "Version": "` + password + `"}]}}`, "it is not JSON of the right shape"},
		{`{"data": {"NextToken": "` + password + `"}}`, "status_code is not that of HTTP"},
		{`{"status_code": 600, "data": {"NextToken": "` + password + `"}}`, "status_code is not that of HTTP"},
		{`{"status_code": 200, "datum": "` + password + `"}`, "there is no data"},
		{`{"status_code": 400, "data": {"NextToken": "` + password + `"}}`, "it is of an error and has no Error.Code"},
		{`{"status_code": 500, "data": {"Error": {"Message": "` + password + `"}}}`, "it is of an error and has no Error.Code"},
		{`{"status_code": 200, "data": {"Error": {"Code": "` + password + `"}}}`, "it has an Error and a status_code below 400"},
		{`{"status_code": 200, "data": {"Parameters": [{"Value": "` + password + `"}]}}`, "a parameter has no Name"},
		{date(`"` + password + `"`), "a date is not what Placebo writes"},
		{date(`{"year": 2026, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5, "microsecond": 6}`), "a date is not what Placebo writes"},
		{date(`{"__class__": "datetime", "year": 2026, "month": 2, "day": 30}`), "a date is not what Placebo writes"},
		{date(`{"__class__": "date", "year": 2026, "month": 2, "day": 3}`), "a date is not what Placebo writes"},
	} {
		dir := directory(t, map[string]string{"ssm.GetParameters_1.json": good, "ssm.GetParameters_2.json": c.text, "ssm.GetParameters_3.json": good})
		player, err := ssmtest.Replay(dir)
		want := "ssmtest: " + filepath.Join(dir, "ssm.GetParameters_2.json") + ": malformed recording: " + c.reason
		if err == nil || player != nil || err.Error() != want {
			t.Errorf("of %s, Replay says\n%v, want\n%s", c.text, err, want)
			continue
		}
		for _, verb := range verbs {
			if text := fmt.Sprintf(strings.ReplaceAll(verb, "%w", "%v"), err); reveals(text) {
				t.Errorf("%s of the error has the value: %s", verb, text)
			}
		}
	}
}

func TestReplayNamesEveryMalformedOrMissingFileAtOnce(t *testing.T) {
	const good = `{"status_code": 200, "data": {}}`
	dir := directory(t, map[string]string{
		"ssm.GetParameters_1.json": "x", "ssm.GetParameters_2.json": good, "ssm.GetParameters_3.json": "y",
		"ssm.GetParametersByPath_2.json": good, "ssm.GetParametersByPath_10.json": good,
	})
	_, err := ssmtest.Replay(dir)
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("Replay says %v", err)
	}
	for name, n := range map[string]int{"GetParameters_1": 1, "GetParameters_2": 0, "GetParameters_3": 1, "ByPath_1.": 1, "ByPath_2": 0, "ByPath_10": 0} {
		if strings.Count(err.Error(), name) != n {
			t.Errorf("%s is not named %d times: %v", name, n, err)
		}
	}
}

func TestReplayRefusesADirectoryWithoutRecordings(t *testing.T) {
	dir := directory(t, map[string]string{
		"ec2.DescribeInstances_1.json": "{}", "ssm.GetParameter_1.json": "{}", "ssm.GetParameters_0.json": "{}",
		"ssm.GetParameters_01.json": "{}", "ssm.GetParameters_1.json.bak": "{}", "x.ssm.GetParameters_1.json": "{}",
	})
	if _, err := ssmtest.Replay(dir); err == nil || !strings.Contains(err.Error(), "there is neither ssm.GetParameters_1.json nor ssm.GetParametersByPath_1.json") {
		t.Errorf("of none, Replay says %v", err)
	}
	if _, err := ssmtest.Replay(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of no directory, Replay says %v", err)
	}
}

func TestReplayOfAnOperationThatWasNotRecordedNamesItsFile(t *testing.T) {
	dir := directory(t, map[string]string{"ssm.GetParameters_1.json": `{"status_code": 200, "data": {}}`})
	player, err := ssmtest.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := get(t.Context(), player, "/a"); err != nil || out.Parameters == nil || out.InvalidParameters == nil {
		t.Errorf("an empty response is %+v, %v", out, err)
	}
	want := "ssmtest: " + filepath.Join(dir, "ssm.GetParametersByPath_1.json") + ": not recorded"
	if _, err := list(t.Context(), player, "/a"); err == nil || err.Error() != want {
		t.Errorf("the listing says %v, want %s", err, want)
	}
}

func TestReplayLeavesItsTurnToTheNextCallWhenTheContextHasEnded(t *testing.T) {
	player, err := ssmtest.Replay(placebo)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := get(ctx, player, "/a"); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
	if out, err := get(t.Context(), player, "/a"); err != nil || len(out.InvalidParameters) != 1 {
		t.Errorf("the first response is %+v, %v", out, err)
	}
}

func TestWhatReplayReturnsIsTheCallersToModify(t *testing.T) {
	player, err := ssmtest.Replay(directory(t, map[string]string{
		"ssm.GetParameters_1.json": `{"status_code": 200, "data": {"Parameters": [{"Name": "/a", "Value": "1"}], "InvalidParameters": ["/b"]}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := get(t.Context(), player, "/a")
		if err != nil || *out.Parameters[0].Value != "1" || out.InvalidParameters[0] != "/b" {
			t.Fatalf("the response is %+v, %v", out, err)
		}
		*out.Parameters[0].Value, out.InvalidParameters[0] = "2", "/c"
	}
}

func ExampleReplay() {
	client, err := ssmtest.Replay("testdata/placebo")
	if err != nil {
		fmt.Println(err)
		return
	}
	reg := must(registry.Open(ctx, registry.Config{Client: client}))
	defer reg.Close()
	group := must(reg.Group(registry.GroupConfig{}))
	host, old, missing := must(group.Parameter("/app/host")), must(group.Parameter("/app/host:1")), must(group.Parameter("/app/missing"))
	fmt.Println(host.Get(ctx))
	fmt.Println(old.Get(ctx))
	_, err = missing.Get(ctx)
	fmt.Println(err)
	// Output:
	// db.internal <nil>
	// old.internal <nil>
	// ssmcache: GetParameters "/app/missing": parameter not found
}
