package handle_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// mistake returns what Bind refuses a T with, without the words before the field.
func mistake[T any](t *testing.T) string {
	t.Helper()
	l := open(t, registry.GroupConfig{})
	v, err := handle.Bind[T](l.group)
	if err == nil || v != nil {
		t.Fatalf("%T binds", *new(T))
	}
	l.calls(0)
	if l.group.Len() != 0 {
		t.Errorf("the group is left with %v", l.group.Handles())
	}
	return strings.TrimPrefix(err.Error(), fmt.Sprintf("ssmcache: bind %T: ", *new(T)))
}

func TestBindRefusesEachMistakeByField(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{mistake[string](t), "it is not a struct type"},
		{mistake[**point](t), "it is not a struct type"},
		{mistake[point](t), "no field has an ssm tag"},
		{mistake[struct {
			v string `ssm:"/v"`
		}](t), "field v: it has an ssm tag and is not exported"},
		{mistake[struct {
			in point `ssm:"/v"`
		}](t), "field in: it has an ssm tag and is not exported"},
		{mistake[field[chan int]](t), "field V: type chan int cannot be bound; option json decodes any type"},
		{mistake[field[map[string]string]](t), "field V: type map[string]string cannot be bound; option json decodes any type"},
		{mistake[field[[2]string]](t), "field V: type [2]string cannot be bound; option json decodes any type"},
		{mistake[field[[][]string]](t), "field V: type [][]string cannot be bound; option json decodes any type"},
		{mistake[field[any]](t), "field V: type interface {} cannot be bound; option json decodes any type"},
		{mistake[field[complex128]](t), "field V: type complex128 cannot be bound; option json decodes any type"},
		{mistake[field[*point]](t), "field V: type *handle_test.point cannot be bound; option json decodes any type"},
		{mistake[field[point]](t), "field V: no field of handle_test.point has an ssm tag; option json decodes any type"},
		{mistake[struct {
			V string `ssm:""`
		}](t), "field V: the tag has no name"},
		{mistake[struct {
			V string `ssm:",optional"`
		}](t), "field V: the tag has no name"},
		{mistake[struct {
			V string `ssm:"/v,omitempty"`
		}](t), `field V: the tag has an unknown option "omitempty": there are secret, json, optional and, at the end, default=`},
		{mistake[struct {
			V field[string] `ssm:"/v,optional"`
		}](t), "field V: the tag of a nested struct is a path alone"},
		{mistake[struct {
			V field[string] `ssm:"/v,secret"`
		}](t), "field V: the tag of a nested struct is a path alone"},
		{mistake[struct {
			V field[string] `ssm:"/v,default=x"`
		}](t), "field V: the tag of a nested struct is a path alone"},
		{mistake[struct {
			V int `ssm:"/v,default=x"`
		}](t), `field V: the default: ssmcache: decode "/v": the value is not an integer of 64 bits`},
		{mistake[struct {
			V fetch.Parameter `ssm:"/v,default=x"`
		}](t), "field V: a fetch.Parameter has no default"},
		{mistake[struct {
			V string `ssm:"a b"`
		}](t), `field V: ssmcache: name "a b": invalid parameter: only letters, digits and _.-/ are allowed`},
		{mistake[struct {
			V string `ssm:"/v:0"`
		}](t), `field V: ssmcache: name "/v:0": invalid version: selector "0" is neither a version (1 or more) nor a label`},
		{mistake[struct {
			V string `ssm:"/v,secret"`
		}](t), `field V: ssmcache: secret "/v": invalid parameter: a secret's name does not start with a slash; /aws/reference/secretsmanager/ goes before it by itself`},
		{mistake[struct {
			in struct {
				V string `ssm:"/v"`
			}
		}](t), "field in: it has ssm tags inside and is not exported"},
		{mistake[struct {
			In struct {
				V string `ssm:"/v v"`
			} `ssm:"/in"`
		}](t), `field In.V: ssmcache: name "/in/v v": invalid parameter: only letters, digits and _.-/ are allowed`},
	} {
		if test.got != test.want {
			t.Errorf("Bind says\n%s, want\n%s", test.got, test.want)
		}
	}
}

func TestBindReportsAllMistakesAtOnce(t *testing.T) {
	type config struct {
		Good string   `ssm:"/good"`
		Kind chan int `ssm:"/kind"`
		Tag  string   `ssm:"/tag,foo,bar"`
		In   struct {
			Name string `ssm:"/n n"`
		} `ssm:"/in"`
		Default int `ssm:"/default,default=many"`
	}
	l := open(t, registry.GroupConfig{})
	_, err := handle.Bind[config](l.group)
	if err == nil {
		t.Fatal("it binds")
	}
	for _, part := range []string{"field Kind: ", "field Tag: ", `"foo"`, `"bar"`, "field In.Name: ", "field Default: "} {
		if strings.Count(err.Error(), part) != 1 {
			t.Errorf("%s is not reported once: %v", part, err)
		}
	}
	if !errors.Is(err, fetch.ErrInvalidParameter) {
		t.Errorf("the error does not match that of the name: %v", err)
	}
	l.calls(0)
}

func TestBindReportsAllNamesThatTheGroupRefuses(t *testing.T) {
	type config struct {
		Slash  string `ssm:"host"`
		Other  string `ssm:"port"`
		Secret string `ssm:"key,secret"`
	}
	l := open(t, registry.GroupConfig{BasePath: "/app", NoDecryption: true})
	_, err := handle.Bind[config](l.group)
	if !errors.Is(err, fetch.ErrInvalidPath) || !errors.Is(err, fetch.ErrInvalidParameter) {
		t.Fatalf("Bind says %v", err)
	}
	for _, part := range []string{"field Slash: ", "field Other: ", "field Secret: "} {
		if strings.Count(err.Error(), part) != 1 {
			t.Errorf("%s is not reported once: %v", part, err)
		}
	}
	l.calls(0)
}

func TestBindToAClosedGroupIsRefused(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	if err := l.group.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := handle.Bind[field[string]](l.group); !errors.Is(err, registry.ErrClosed) {
		t.Errorf("Bind says %v", err)
	}
}

// strays is a source whose handles are of several groups.
type strays struct{}

func (strays) Parameter(name string) (*handle.Handle, error) { return handle.Static(name, "x"), nil }

func (strays) Secret(name string) (*handle.Handle, error)       { return handle.Static(name, "x"), nil }
func (strays) View(context.Context) (view handle.View, _ error) { return view, nil }

func TestBindRefusesHandlesOfSeveralGroups(t *testing.T) {
	type config struct {
		A string `ssm:"/a"`
		B string `ssm:"/b"`
	}
	_, err := handle.Bind[config](strays{})
	if want := "ssmcache: bind handle_test.config: field B: its handle is of another group than the first field's"; err == nil || err.Error() != want {
		t.Errorf("Bind says %v, want %s", err, want)
	}
}

// panicking is a TextUnmarshaler that panics with what it is given.
type panicking struct{}

func (*panicking) UnmarshalText(text []byte) error { panic(string(text)) }

// wide has a field for each way to fail.
type wide struct {
	Missing string        `ssm:"/missing"`
	Secret  string        `ssm:"missing,secret"`
	Denied  string        `ssm:"/denied"`
	Int     int           `ssm:"/canary"`
	Wait    time.Duration `ssm:"/canary"`
	JSON    point         `ssm:"/canary,json"`
	Text    level         `ssm:"/canary"`
	List    []string      `ssm:"/canary"`
	Ints    []int         `ssm:"/list"`
	Panic   panicking     `ssm:"/canary"`
	Good    string        `ssm:"/canary"`
}

func TestEveryMissingOrMalformedFieldIsReportedAtOnceWithoutValues(t *testing.T) {
	l := open(t, registry.GroupConfig{BasePath: "/app"})
	l.store.Put("/app/canary", canaryText)
	l.store.PutList("/app/list", "1", canaryText)
	l.store.Put("/app/denied", canaryText)
	defer l.store.Fault(ssmtest.Fault{Name: "/app/denied", Code: "AccessDeniedException"})()
	v := bind[wide](l)
	got, err := v.Get(t.Context())
	if err == nil || !reflect.ValueOf(got).IsZero() {
		t.Fatalf("Get returns %+v, %v", got, err)
	}
	want := strings.Join([]string{
		`ssmcache: bind handle_test.wide: field Missing: ssmcache: GetParameters "/app/missing": parameter not found`,
		`field Secret: ssmcache: GetParameters "/aws/reference/secretsmanager/missing": parameter not found`,
		`field Denied: ssmcache: GetParameters "/app/denied": DENIED`,
		`field Int: ssmcache: decode "/app/canary": the value is not an integer of 64 bits`,
		`field Wait: ssmcache: decode "/app/canary": the value is not a duration`,
		`field JSON: ssmcache: decode "/app/canary": the value is not JSON of the right shape`,
		`field Text: ssmcache: decode "/app/canary": the value is not a valid handle_test.level`,
		`field List: ssmcache: decode "/app/canary": the value is not a StringList but a String`,
		`field Ints: ssmcache: decode "/app/list": the value is not a StringList whose item 2 is an integer of 64 bits`,
		`field Panic: ssmcache: decode "/app/canary": panic of type string`,
	}, "\n")
	lines := strings.Split(err.Error(), "\n")
	if len(lines) > 2 && strings.HasPrefix(lines[2], `field Denied: ssmcache: GetParameters "/app/denied": `) && strings.Contains(lines[2], "AccessDeniedException") {
		lines[2] = `field Denied: ssmcache: GetParameters "/app/denied": DENIED`
	}
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("Get says\n%s, want\n%s", got, want)
	}
	if !errors.Is(err, fetch.ErrNotFound) || !isAPIError(err, "AccessDeniedException") {
		t.Errorf("the error does not match its causes: %v", err)
	}
	hides(t, "the error", err)
	if text := l.log.String(); shows(text) || !strings.Contains(text, "field Missing") || !strings.Contains(text, "UnmarshalText") {
		t.Errorf("the log has the canary, or lacks the report or the stack of the panic:\n%s", text)
	}
}
