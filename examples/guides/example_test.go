package guides

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

var ctx = context.Background()

// must keeps the samples short. A program returns its errors.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// account returns a store and an SDK client that talks to it.
func account() (*ssmtest.Store, *ssm.Client) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/Foo/Bar", "bar")
	store.Put("/Foo/Baz/1", "one")
	store.Put("/Foo/Baz/2", "two")
	store.Put("my_param", "value")
	store.PutList("my_twitter_api_keys", "key", "secret", "token", "token_secret")
	store.PutSecure("my_db_password", "hunter2")
	store.PutSecret("my_secret", "s3cr3t")
	return store, store.SDKClient()
}

func Example_python() {
	_, client := account()

	reg := must(registry.Open(ctx, registry.Config{Client: client})) // no Client: the default AWS configuration
	defer reg.Close()

	param := must(reg.Parameter("my_param", registry.GroupConfig{MaxAge: 5 * time.Minute}))
	value := must(param.Get(ctx))

	group := must(reg.Group(registry.GroupConfig{BasePath: "/Foo", MaxAge: 5 * time.Minute}))
	fooBar := must(group.Parameter("/Bar"))
	bazParams := must(group.Parameters(ctx, "/Baz", registry.PathOptions{}))
	secret := must(group.Secret("my_secret"))

	fmt.Println(value, must(fooBar.Get(ctx)), len(bazParams), group.Len(), len(must(secret.Get(ctx))))
	// Output: value bar 2 4 6
}

func Example_pythonStringList() {
	_, client := account()
	reg := must(registry.Open(ctx, registry.Config{Client: client}))
	defer reg.Close()

	param := must(reg.Parameter("my_twitter_api_keys", registry.GroupConfig{MaxAge: 5 * time.Minute}))
	keys := handle.Strings(param)
	fmt.Println(len(must(keys.Get(ctx)))) // []string, split once for each value
	// Output: 4
}

var errCredentials = errors.New("invalid credentials")

// database stands for a database client.
type database struct{ password string }

func (d *database) readRecord(right string) (string, error) {
	if d.password != right {
		return "", errCredentials
	}
	return "record", nil
}

func Example_pythonRefreshOnError() {
	store, client := account()
	reg := must(registry.Open(ctx, registry.Config{Client: client}))
	defer reg.Close()
	password := must(reg.Parameter("my_db_password", registry.GroupConfig{MaxAge: 5 * time.Minute}))
	db := &database{must(password.Get(ctx))}
	store.PutSecure("my_db_password", "hunter3")

	refreshOnError := handle.RetryOptions{
		On: func(err error) bool { return errors.Is(err, errCredentials) }, // error_class
		Before: func(ctx context.Context) error { // error_callback
			text, err := password.Get(ctx)
			db = &database{text}
			return err
		},
	}
	record, err := handle.Retry(ctx, password, refreshOnError, func(ctx context.Context) (string, error) {
		return db.readRecord("hunter3") // handle.IsRetry(ctx) tells the second try
	})

	fmt.Println(record, err)
	// Output: record <nil>
}

func Example_sdk() {
	_, client := account()

	out, err := client.GetParameters(ctx, &ssm.GetParametersInput{
		Names:          []string{"/Foo/Bar", "/Foo/Baz/1", "/Foo/Qux"}, // ten at most
		WithDecryption: aws.Bool(true),
	})
	if err != nil {
		fmt.Println(err)
	}
	values := map[string]string{}
	for _, p := range out.Parameters { // in the order of their names
		values[*p.Name] = *p.Value
	}
	fmt.Println(values, out.InvalidParameters)

	pages := ssm.NewGetParametersByPathPaginator(client, &ssm.GetParametersByPathInput{
		Path: aws.String("/Foo"), Recursive: aws.Bool(true), WithDecryption: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			fmt.Println(err)
			break
		}
		for _, p := range page.Parameters {
			values[*p.Name] = *p.Value
		}
	}
	fmt.Println(len(values))
	// Output:
	// map[/Foo/Bar:bar /Foo/Baz/1:one] [/Foo/Qux]
	// 3
}

func Example_sdkReplaced() {
	_, client := account()

	reg := must(registry.Open(ctx, registry.Config{Client: client}))
	defer reg.Close()
	group := must(reg.Group(registry.GroupConfig{BasePath: "/Foo", MaxAge: 5 * time.Minute}))
	var handles []*handle.Handle
	for _, name := range []string{"/Bar", "/Baz/1", "/Qux"} { // as many as you like
		handles = append(handles, must(group.Parameter(name)))
	}
	for _, h := range handles {
		text, err := h.Get(ctx)
		fmt.Println(text, errors.Is(err, fetch.ErrNotFound))
	}

	fmt.Println(must(group.Parameters(ctx, "/", registry.PathOptions{})))
	// Output:
	// bar false
	// one false
	//  true
	// [/Foo/Bar /Foo/Baz/1 /Foo/Baz/2]
}

func Example_modes() {
	store, client := account()
	log := slog.New(slog.DiscardHandler)

	reg := must(registry.Open(ctx, registry.Config{Client: client, Logger: log}))
	defer reg.Close()
	server := must(reg.Group(registry.GroupConfig{Name: "server", MaxAge: 5 * time.Minute, MaxStale: 12 * time.Hour}))
	batch := must(reg.Group(registry.GroupConfig{Name: "batch", MaxAge: 0})) // fetched once, the same for the whole job
	tool := must(reg.Group(registry.GroupConfig{Name: "tool", MaxAge: time.Minute, Mode: registry.RefreshOnRead}))
	strict := must(reg.Group(registry.GroupConfig{Name: "strict", MaxAge: time.Minute, MaxStale: -1, Mode: registry.RefreshOnRead}))

	for _, group := range []*registry.Group{server, batch, tool, strict} {
		fmt.Println(must(must(group.Parameter("/Foo/Bar")).Get(ctx)), group.Stats().Mode)
	}
	fmt.Println(store.CallCount())
	// Output:
	// bar RefreshAhead
	// bar RefreshAhead
	// bar RefreshOnRead
	// bar RefreshOnRead
	// 4
}

// quota is what AWS allows the principals of one account and Region together by
// default, in calls a second.
const quota = 40

// calls returns what one refresh costs: names by tens, and each path by pages of
// ten, at least one.
func calls(names int, paths ...int) int {
	n := (names + 9) / 10
	for _, below := range paths {
		n += max(1, (below+9)/10)
	}
	return n
}

// shortest returns the shortest MaxAge with which so many processes stay within
// a share of the quota. A group that refreshes ahead does so at 80 % of MaxAge
// in the mean.
func shortest(processes, calls int, share float64) time.Duration {
	seconds := float64(processes*calls) / (share * quota) / 0.8
	return time.Duration(seconds * float64(time.Second)).Round(time.Second)
}

func Example_quota() {
	fmt.Println("95 names:", calls(95), "a path of 200 and 800 names:", calls(800, 200))
	for _, processes := range []int{1, 10, 100, 1000} {
		row := []string{fmt.Sprint(processes)}
		for _, c := range []int{1, 10, 100} {
			row = append(row, shortest(processes, c, 0.5).String())
		}
		fmt.Println("| " + strings.Join(row, " | ") + " |")
	}
	// Output:
	// 95 names: 10 a path of 200 and 800 names: 100
	// | 1 | 0s | 1s | 6s |
	// | 10 | 1s | 6s | 1m3s |
	// | 100 | 6s | 1m3s | 10m25s |
	// | 1000 | 1m3s | 10m25s | 1h44m10s |
}
