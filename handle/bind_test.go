package handle_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// bindAndGet binds a T to a lab's group and reads it.
func bindAndGet[T any](l *lab) T {
	l.Helper()
	got, err := bind[T](l).Get(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	return got
}

// bind binds a T to a lab's group.
func bind[T any](l *lab) *handle.Value[T] {
	l.Helper()
	v, err := handle.Bind[T](l.group)
	if err != nil {
		l.Fatal(err)
	}
	return v
}

// level is a TextUnmarshaler.
type level int

func (l *level) UnmarshalText(text []byte) error {
	if string(text) != "high" {
		return fmt.Errorf("no level: %s", text)
	}
	*l = 9
	return nil
}

// field is a struct of one field with a tag.
type field[F any] struct {
	V F `ssm:"/v"`
}

type jsonField[F any] struct {
	V F `ssm:"/v,json"`
}

type point struct{ X, Y int }

// bindKind returns a test that the field of an S is want when the parameter is
// text, and that the value bad, if any, is malformed for the reason given.
func bindKind[S any](want any, text, bad, reason string) func(t *testing.T) {
	return func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		put := func(text string) { l.store.Put("/v", text) }
		if strings.Contains(reason, "StringList") {
			put = func(text string) { l.store.PutList("/v", strings.Split(text, ",")...) }
		}
		put(text)
		if field := reflect.ValueOf(bindAndGet[S](l)).Field(0).Interface(); !reflect.DeepEqual(field, want) {
			t.Errorf("the field is %#v, want %#v", field, want)
		}
		if bad == "" {
			return
		}
		put(bad)
		l.refresh()
		got, err := bind[S](l).Get(t.Context())
		if err == nil || !reflect.ValueOf(got).IsZero() {
			t.Fatalf("a malformed value gives %+v and %v", got, err)
		}
		wantErr := fmt.Sprintf("ssmcache: bind %T: field V: ssmcache: decode %q: the value is not %s", got, "/v", reason)
		if err.Error() != wantErr {
			t.Errorf("a malformed value gives the error\n%v, want\n%s", err, wantErr)
		}
		var fact *fetch.Error
		if !errors.As(err, &fact) || fact.Name != "/v" || fact.Op != fetch.OpDecode {
			t.Errorf("the error is no *fetch.Error of decoding /v: %v", err)
		}
	}
}

func TestBindDecodesEachKindOfField(t *testing.T) {
	type (
		name  string
		flags []bool
	)
	for kind, test := range map[string]func(*testing.T){
		"string":        bindKind[field[string]]("a,b", "a,b", "", ""),
		"named string":  bindKind[field[name]](name("x"), "x", "", ""),
		"bool":          bindKind[field[bool]](true, "true", "yes!", "a boolean"),
		"int":           bindKind[field[int]](-7, "-7", "7.5", "an integer of 64 bits"),
		"int8":          bindKind[field[int8]](int8(127), "127", "128", "an integer of 8 bits"),
		"int16":         bindKind[field[int16]](int16(-32768), "-32768", "-32769", "an integer of 16 bits"),
		"int32":         bindKind[field[int32]](int32(5), "5", "x", "an integer of 32 bits"),
		"int64":         bindKind[field[int64]](int64(math.MinInt64), "-9223372036854775808", "9223372036854775808", "an integer of 64 bits"),
		"uint":          bindKind[field[uint]](uint(7), "7", "-7", "an unsigned integer of 64 bits"),
		"uint8":         bindKind[field[uint8]](uint8(255), "255", "256", "an unsigned integer of 8 bits"),
		"uint16":        bindKind[field[uint16]](uint16(1), "1", "65536", "an unsigned integer of 16 bits"),
		"uint32":        bindKind[field[uint32]](uint32(1), "1", "0x1", "an unsigned integer of 32 bits"),
		"uint64":        bindKind[field[uint64]](uint64(math.MaxUint64), "18446744073709551615", "1e3", "an unsigned integer of 64 bits"),
		"float32":       bindKind[field[float32]](float32(0.5), "0.5", "1e99", "a number of 32 bits"),
		"float64":       bindKind[field[float64]](2.5e99, "2.5e99", "half", "a number of 64 bits"),
		"duration":      bindKind[field[time.Duration]](90*time.Second, "1m30s", "90", "a duration"),
		"bytes":         bindKind[field[[]byte]]([]byte("a,b"), "a,b", "", ""),
		"text":          bindKind[field[level]](level(9), "high", "low", "a valid handle_test.level"),
		"time":          bindKind[field[time.Time]](time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "2026-01-02T03:04:05Z", "noon", "a valid time.Time"),
		"address":       bindKind[field[netip.Addr]](netip.MustParseAddr("10.0.0.1"), "10.0.0.1", "10.0.0", "a valid netip.Addr"),
		"pointer":       bindKind[field[*int]](aws.Int(7), "7", "x", "an integer of 64 bits"),
		"text pointer":  bindKind[field[*big.Int]](big.NewInt(12), "12", "x", "a valid big.Int"),
		"strings":       bindKind[field[[]string]]([]string{"a", " b"}, "a, b", "", "StringList"),
		"ints":          bindKind[field[[]int]]([]int{1, 2}, "1,2", "1,x", "a StringList whose item 2 is an integer of 64 bits"),
		"durations":     bindKind[field[[]time.Duration]]([]time.Duration{time.Second, 2}, "1s,2ns", "1s,1", "a StringList whose item 2 is a duration"),
		"named bools":   bindKind[field[flags]](flags{true, false}, "1,0", "2,0", "a StringList whose item 1 is a boolean"),
		"texts":         bindKind[field[[]level]]([]level{9, 9}, "high,high", "low,high", "a StringList whose item 1 is a valid handle_test.level"),
		"pointers":      bindKind[field[[]*uint]]([]*uint{aws.Uint(1)}, "1", "-1", "a StringList whose item 1 is an unsigned integer of 64 bits"),
		"slice pointer": bindKind[field[*[]string]](&[]string{"a"}, "a", "", "StringList"),
		"json struct":   bindKind[jsonField[point]](point{1, 2}, `{"X":1,"Y":2}`, `{"X":"1"}`, "JSON of the right shape"),
		"json map":      bindKind[jsonField[map[string]int]](map[string]int{"a": 1}, `{"a":1}`, `[1]`, "JSON of the right shape"),
		"json strings":  bindKind[jsonField[[]string]]([]string{"a"}, `["a"]`, `["a`, "JSON of the right shape"),
		"json any":      bindKind[jsonField[any]](any(1.5), `1.5`, `1.5x`, "JSON of the right shape"),
		"json string":   bindKind[jsonField[string]]("a", `"a"`, `a`, "JSON of the right shape"),
	} {
		t.Run(kind, test)
	}
}

func TestBindGivesTheParameterWithItsMetadata(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.PutSecure("/v", "x")
	got := bindAndGet[field[fetch.Parameter]](l).V
	h, _ := l.group.Parameter("/v")
	if p, _ := h.Peek(); got != p || got.Text() != "x" {
		t.Errorf("the field is %v, want the handle's %v", got, p)
	}
}

func TestBindTakesASliceOfAStringListOnly(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.PutSecure("/v", "a,b")
	v := bind[field[[]string]](l)
	if _, err := v.Get(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "the value is not a StringList but a SecureString") {
		t.Errorf("a slice of a SecureString gives %v", err)
	}
}

type common struct {
	Region string `ssm:"/region"`
}

type Shared struct {
	Zone string `ssm:"/zone"`
}

func TestBindTakesNamesSelectorsSecretsAndPrefixes(t *testing.T) {
	l := open(t, registry.GroupConfig{BasePath: "/app"})
	l.store.Put("/app/host", "h1")
	l.store.Put("/app/host", "h2")
	l.store.Label("/app/host", 1, "live")
	l.store.Put("/app/region", "r")
	l.store.Put("/app/lib/zone", "z")
	l.store.Put("/app/db/user", "u")
	l.store.Put("/app/db/pool/size", "4")
	l.store.Put("/other", "o")
	l.store.PutSecret("db/password", "p1")

	type config struct {
		common // not exported, and no prefix
		Shared `ssm:"/lib"`
		Host   string `ssm:"/host"`
		First  string `ssm:"/host:1"`
		Live   string `ssm:"/host:live"`
		ARN    string `ssm:"arn:aws:ssm:us-east-1:123456789012:parameter/other"`
		DB     struct {
			User     string `ssm:"user"`
			Password string `ssm:"db/password:AWSCURRENT,secret"`
			ARN      string `ssm:"arn:aws:ssm:us-east-1:123456789012:parameter/other"`
			Pool     struct {
				Size int `ssm:"/size"`
			} `ssm:"/pool"`
		} `ssm:"/db/"`
		Flat struct {
			Host string `ssm:"/host"`
		}
	}
	got := bindAndGet[config](l)
	want := config{common: common{"r"}, Shared: Shared{"z"}, Host: "h2", First: "h1", Live: "h1", ARN: "o"}
	want.DB.User, want.DB.Password, want.DB.ARN, want.DB.Pool.Size, want.Flat.Host = "u", "p1", "o", 4, "h2"
	if got != want {
		t.Errorf("the struct is\n%+v, want\n%+v", got, want)
	}
}

func TestBindLeavesFieldsWithoutATagAlone(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.Put("/v", "x")
	type config struct {
		V    string   `ssm:"/v"`
		Dash chan int `ssm:"-"`
		Skip struct {
			V string `ssm:"/unknown"`
		} `ssm:"-"`
		Plain  int `json:"plain"`
		Any    any
		hidden func()
		common *common
		*Shared
	}
	got := bindAndGet[config](l)
	if got.V != "x" || !reflect.DeepEqual(got, config{V: "x"}) || got.hidden != nil || got.common != nil {
		t.Errorf("the struct is %+v", got)
	}
	if names := fmt.Sprint(l.group.Handles()); names != "[/v]" {
		t.Errorf("the group was asked for %s", names)
	}
}

func TestBindReturnsAPointerIfTIsOne(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.Put("/v", "x")
	v := bind[*field[string]](l)
	first, err := v.Get(t.Context())
	if err != nil || first.V != "x" {
		t.Fatal(first, err)
	}
	if second, _ := v.Get(t.Context()); first != second {
		t.Error("two reads of one refresh give two structs")
	}
}

func TestBindLeavesOptionalFieldsAtZeroAndDefaultsAtTheirText(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	type config struct {
		Text    string        `ssm:"/text,optional"`
		Pointer *int          `ssm:"/pointer,optional"`
		Secret  string        `ssm:"key,secret,optional"`
		Port    int           `ssm:"/port,default=5432"`
		Wait    time.Duration `ssm:"/wait,optional,default=3s"`
		Hosts   []string      `ssm:"/hosts,default=a,b"`
		None    []string      `ssm:"/none,default="`
		Empty   string        `ssm:"/empty,default="`
		Point   point         `ssm:"/point,json,default={\"X\":1,\"Y\":2}"`
		Level   *level        `ssm:"/level,default=high"`
	}
	nine := level(9)
	want := config{Port: 5432, Wait: 3 * time.Second, Hosts: []string{"a", "b"}, None: []string{}, Point: point{1, 2}, Level: &nine}
	if got := bindAndGet[config](l); !reflect.DeepEqual(got, want) {
		t.Errorf("the struct is\n%+v, want\n%+v", got, want)
	}
}

func TestBindPutsAStoredValueBeforeItsDefault(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	type config struct {
		Port int `ssm:"/port,default=5432"`
	}
	v := bind[config](l)
	for _, want := range []int{5432, 6432, 5432} {
		if got, err := v.Get(t.Context()); err != nil || got.Port != want {
			t.Errorf("the port is %d (%v), want %d", got.Port, err, want)
		}
		switch want {
		case 5432:
			l.store.Put("/port", "6432")
		case 6432:
			l.store.Delete("/port")
		}
		_ = l.group.Refresh(t.Context()) // not found is an error of the refresh, and an answer
	}
}

// fifty is a struct of 50 fields.
type fifty struct {
	A ten `ssm:"/a"`
	B ten `ssm:"/b"`
	C ten `ssm:"/c"`
	D ten `ssm:"/d"`
	E ten `ssm:"/e"`
}

type ten struct {
	F0 string `ssm:"/f0"`
	F1 string `ssm:"/f1"`
	F2 string `ssm:"/f2"`
	F3 string `ssm:"/f3"`
	F4 string `ssm:"/f4"`
	F5 string `ssm:"/f5"`
	F6 string `ssm:"/f6"`
	F7 string `ssm:"/f7"`
	F8 string `ssm:"/f8"`
	F9 string `ssm:"/f9"`
}

// putFifty puts the parameters of fifty, each with text.
func putFifty(store *ssmtest.Store, text string) {
	for _, path := range []string{"/a", "/b", "/c", "/d", "/e"} {
		for i := range 10 {
			store.Put(fmt.Sprintf("%s/f%d", path, i), text)
		}
	}
}

func TestBoundStructOfFiftyFieldsReadsWithoutAllocationsWhenCached(t *testing.T) {
	for mode, cfg := range map[string]registry.GroupConfig{
		"no age":  {},
		"ahead":   {MaxAge: time.Hour, Mode: registry.RefreshAhead},
		"on read": {MaxAge: time.Hour, Mode: registry.RefreshOnRead},
	} {
		l := open(t, cfg)
		putFifty(l.store, "x")
		v := bind[fifty](l)
		ctx := context.Background()
		if got, err := v.Get(ctx); err != nil || got.E.F9 != "x" {
			t.Fatal(got, err)
		}
		if n := testing.AllocsPerRun(100, func() { _, _ = v.Get(ctx) }); n != 0 {
			t.Errorf("%s: %v allocations a read", mode, n)
		}
		if n := l.store.CallCount(); n != 5 {
			t.Errorf("%s: %d calls, want 5", mode, n)
		}
	}
}

func BenchmarkBoundStructOfFiftyFields(b *testing.B) {
	store := ssmtest.New(ssmtest.Config{})
	putFifty(store, "x")
	r, err := registry.Open(b.Context(), registry.Config{Client: store.Client()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	g, err := r.Group(registry.GroupConfig{MaxAge: time.Hour, Mode: registry.RefreshAhead})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("struct", func(b *testing.B) { benchBound[fifty](b, g) })
	b.Run("pointer", func(b *testing.B) { benchBound[*fifty](b, g) })
}

func benchBound[T any](b *testing.B, g *registry.Group) {
	v, err := handle.Bind[T](g)
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Get(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
