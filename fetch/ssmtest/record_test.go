package ssmtest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// answers is a client that gives fixed answers.
type answers struct {
	out *ssm.GetParametersOutput
	err error
}

func (a answers) GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	return a.out, a.err
}

func (a answers) GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return nil, a.err
}

// recordInto returns a recorder, and its directory, which did not exist.
func recordInto(t *testing.T, client ssmtest.Reader, cfg ssmtest.RecordConfig) (*ssmtest.Recorder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a", "b")
	recorder, err := ssmtest.Record(client, dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return recorder, dir
}

// everything returns the text of all files in a directory.
func everything(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		fmt.Fprintf(&all, "%s\n%s", path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// stocked returns a store with a parameter of each kind, and a broken one.
func stocked() *ssmtest.Store {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/host", "<db> & \"internal\"")
	store.Put("/app/host", "h2")
	store.PutSecure("/app/password", password)
	store.PutList("/app/replicas", "db1", "db2")
	store.PutSecret("key", password)
	store.Fault(ssmtest.Fault{Name: "/app/broken", Code: "InternalServerError"})
	for i := range 12 {
		store.Put(fmt.Sprintf("/app/more/%02d", i), "x")
	}
	return store
}

// conversation makes the same calls of any client and returns what came of them.
func conversation(ctx context.Context, client ssmtest.Reader) (outs []any) {
	outcome := func(out any, err error) {
		if err != nil {
			var api smithy.APIError
			if errors.As(err, &api) {
				outs = append(outs, fmt.Sprintf("%T %s: %s", api, api.ErrorCode(), api.ErrorMessage()), err.Error())
			}
			return
		}
		outs = append(outs, out)
	}
	outcome(get(ctx, client, "/app/host", "/app/host:1", "/app/password", "/app/replicas", "/app/none", "/aws/reference/secretsmanager/key:AWSCURRENT"))
	outcome(get(ctx, client, "a/b"))
	outcome(get(ctx, client, "/app/broken"))
	outcome(client.GetParameters(ctx, &ssm.GetParametersInput{Names: []string{"/app/host", "/app/password"}}))
	for token := (*string)(nil); ; {
		in := &ssm.GetParametersByPathInput{Path: aws.String("/app"), Recursive: aws.Bool(true), NextToken: token}
		page, err := client.GetParametersByPath(ctx, in)
		if outcome(page, err); err != nil || page.NextToken == nil {
			break
		}
		token = page.NextToken
	}
	outcome(list(ctx, client, "app"))
	return outs
}

// toTheMicrosecond cuts the times in outs to what a recording keeps.
func toTheMicrosecond(outs []any) []any {
	for _, out := range outs {
		var parameters []types.Parameter
		switch out := out.(type) {
		case *ssm.GetParametersOutput:
			parameters = out.Parameters
		case *ssm.GetParametersByPathOutput:
			parameters = out.Parameters
		}
		for i := range parameters {
			parameters[i].LastModifiedDate = aws.Time(parameters[i].LastModifiedDate.UTC().Truncate(time.Microsecond))
		}
	}
	return outs
}

func TestWhatIsRecordedPlaysBack(t *testing.T) {
	recorder, dir := recordInto(t, stocked().Client(), ssmtest.RecordConfig{Secrets: true})
	want := toTheMicrosecond(conversation(t.Context(), recorder))
	player, err := ssmtest.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := conversation(t.Context(), player); len(want) < 7 || !reflect.DeepEqual(got, want) {
			t.Errorf("played back:\n%+v, want\n%+v", got, want)
		}
	}

	again, second := recordInto(t, player, ssmtest.RecordConfig{Secrets: true})
	conversation(t.Context(), again)
	if got, want := everything(t, second), everything(t, dir); got != want {
		t.Errorf("a recording of the playback is\n%s, want\n%s", got, want)
	}
}

func TestRecorderPassesAnswersOnUntouched(t *testing.T) {
	store := stocked()
	recorder, _ := recordInto(t, store.Client(), ssmtest.RecordConfig{})
	if got, want := conversation(t.Context(), recorder), conversation(t.Context(), store.Client()); !reflect.DeepEqual(got, want) {
		t.Errorf("through the recorder:\n%+v, want\n%+v", got, want)
	}
}

func TestSecretsAreRedactedUnlessTheCallerOptsIn(t *testing.T) {
	recorder, dir := recordInto(t, stocked().Client(), ssmtest.RecordConfig{})
	conversation(t.Context(), recorder)
	all := everything(t, dir)
	if reveals(all) {
		t.Errorf("the recording has the secret:\n%s", all)
	}
	for _, part := range []string{`"Value": "<db> & \"internal\""`, `"Value": "db1,db2"`, `"Value": "REDACTED"`, `"SourceResult": "REDACTED"`} {
		if !strings.Contains(all, part) {
			t.Errorf("the recording has no %s:\n%s", part, all)
		}
	}
	player, err := ssmtest.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	out, err := get(t.Context(), player, "/any")
	if err != nil || len(out.Parameters) != 5 {
		t.Fatalf("it plays back %+v, %v", out, err)
	}
	for _, p := range out.Parameters {
		if secure := p.Type == types.ParameterTypeSecureString; (*p.Value == "REDACTED") != secure {
			t.Errorf("it plays back %s", brief(p))
		}
	}

	recorder, dir = recordInto(t, stocked().Client(), ssmtest.RecordConfig{Secrets: true})
	conversation(t.Context(), recorder)
	if all := everything(t, dir); strings.Contains(all, "REDACTED") || strings.Count(all, password) < 3 {
		t.Errorf("with Secrets set, the recording is\n%s", all)
	}
}

func TestWhatIsNotKnownToBePlainIsRedacted(t *testing.T) {
	for _, p := range []types.Parameter{
		{Name: aws.String("/a"), Value: aws.String(password)},
		{Name: aws.String("/a"), Value: aws.String(password), Type: "NewType"},
		{Name: aws.String("/a"), Value: aws.String(password), Type: types.ParameterTypeSecureString},
		{Name: aws.String("/a"), Value: aws.String(password), Type: types.ParameterTypeString, SourceResult: aws.String(password)},
		{Name: aws.String("/aws/reference/secretsmanager/s"), Value: aws.String(password), Type: types.ParameterTypeString},
	} {
		recorder, dir := recordInto(t, answers{out: &ssm.GetParametersOutput{Parameters: []types.Parameter{p}}}, ssmtest.RecordConfig{})
		if _, err := get(t.Context(), recorder, "/a"); err != nil {
			t.Fatal(err)
		}
		if all := everything(t, dir); reveals(all) || !strings.Contains(all, "REDACTED") {
			t.Errorf("of %s, the recording is\n%s", brief(p), all)
		}
	}
}

func TestRecordingsCanBeReadByTheirOwnerAlone(t *testing.T) {
	recorder, dir := recordInto(t, stocked().Client(), ssmtest.RecordConfig{})
	conversation(t.Context(), recorder)
	n := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		} else {
			n++
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil || n != 7 {
		t.Errorf("%d files, %v; want 7", n, err)
	}
}

func TestRecordCountsOnFromWhatIsThere(t *testing.T) {
	const old = `{"status_code": 200, "data": {}}`
	dir := directory(t, map[string]string{"ssm.GetParameters_1.json": old, "ssm.GetParameters_2.json": old})
	one, err := ssmtest.Record(stocked().Client(), dir, ssmtest.RecordConfig{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := ssmtest.Record(stocked().Client(), dir, ssmtest.RecordConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for i := range 20 {
		calls.Go(func() {
			if _, err := get(t.Context(), []*ssmtest.Recorder{one, other}[i%2], "/app/host"); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	player, err := ssmtest.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 22 {
		out, err := get(t.Context(), player, "/any")
		if err != nil || (len(out.Parameters) == 1) != (i >= 2) {
			t.Errorf("response %d is %+v, %v", i+1, out, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 22 {
		t.Errorf("%d files, want 22", len(entries))
	}
}

func TestAnErrorThatIsNoAnswerIsNotRecorded(t *testing.T) {
	refused := &smithy.OperationError{ServiceID: "SSO OIDC", OperationName: "CreateToken", Err: &smithy.GenericAPIError{Code: "ExpiredTokenException"}}
	for _, broken := range []error{
		errors.New("connection reset " + password),
		&smithy.OperationError{ServiceID: "SSM", OperationName: "GetParameters", Err: fmt.Errorf("get identity: %w", refused)},
	} {
		recorder, dir := recordInto(t, answers{err: broken}, ssmtest.RecordConfig{})
		if _, err := get(t.Context(), recorder, "/a"); err != broken { //nolint:errorlint // it is passed on as it is
			t.Errorf("the caller gets %v", err)
		}
		if _, err := list(t.Context(), recorder, "/a"); err != broken { //nolint:errorlint // likewise
			t.Errorf("the caller gets %v", err)
		}
		if all := everything(t, dir); all != "" {
			t.Errorf("the recording is\n%s", all)
		}
	}
}

func TestAResponseThatCannotBeRecordedFailsTheCall(t *testing.T) {
	recorder, dir := recordInto(t, stocked().Client(), ssmtest.RecordConfig{})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	out, err := get(t.Context(), recorder, "/app/password")
	if out != nil || !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "ssmtest: record GetParameters: ") || reveals(err.Error()) {
		t.Errorf("the caller gets %v, %v", out, err)
	}
	if _, err := ssmtest.Record(stocked().Client(), filepath.Join(directory(t, map[string]string{"f": ""}), "f", "g"), ssmtest.RecordConfig{}); err == nil {
		t.Error("Record takes a directory below a file")
	}
}

func TestPlayersAndRecordersPrintWithoutValues(t *testing.T) {
	recorder, dir := recordInto(t, stocked().Client(), ssmtest.RecordConfig{Secrets: true})
	conversation(t.Context(), recorder)
	player, err := ssmtest.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(player, recorder); got != "ssmtest.Player("+dir+") ssmtest.Recorder("+dir+")" {
		t.Errorf("they print as %s", got)
	}
	type inside struct { // fmt calls no method of what an unexported field holds
		player   *ssmtest.Player
		recorder *ssmtest.Recorder
		copy     ssmtest.Player
	}
	for _, value := range []any{player, recorder, *player, inside{player, recorder, *player}, &inside{player, recorder, *player}} {
		for _, verb := range verbs {
			if text := fmt.Sprintf(verb, value); reveals(text) {
				t.Errorf("%s of %T has the value", verb, value)
			}
		}
	}
}
