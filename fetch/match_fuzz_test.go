package fetch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
)

// subject is a name that the fuzzer may ask for, with the item that answers it.
type subject struct {
	name string
	item types.Parameter
}

// foreign is the ARN of another account's /a/b.
const foreign = "arn:aws:ssm:us-east-1:999999999999:parameter/a/b"

// subjects are names of a few parameters in all spellings. The text of an item
// says of which parameter and version it is.
func subjects() []subject {
	of := func(asked, name, selector, arn string, version int64) subject {
		p := item(name, selector, fmt.Sprintf("%s#%d", arn, version), version)
		p.ARN = aws.String(arn)
		return subject{asked, p}
	}
	secret := func(selector, text string) subject {
		s := subject{reference + "p", item(reference+"p", selector, text, 0)}
		if selector != "" {
			s.name += ":" + selector
		}
		s.item.ARN, s.item.SourceResult = aws.String("arn:aws:secretsmanager:us-east-1:123456789012:secret:p-x1y2z3"), aws.String("{}")
		return s
	}
	return []subject{
		of("p", "p", "", arn+"/p", 3), of("p:1", "p", "1", arn+"/p", 1), of("p:3", "p", "3", arn+"/p", 3), of("p:live", "p", "live", arn+"/p", 2),
		of("/p", "/p", "", arn+"/p", 3), of("/p:2", "/p", "2", arn+"/p", 2), of("/q", "/q", "", arn+"/q", 1),
		of(arn+"/p", "p", "", arn+"/p", 3), of(arn+"/p:1", "p", "1", arn+"/p", 1),
		of("/a/b", "/a/b", "", arn+"/a/b", 3), of("/a/b:1", "/a/b", "1", arn+"/a/b", 1), of("/a/b:live", "/a/b", "live", arn+"/a/b", 2),
		of(arn+"/a/b", "/a/b", "", arn+"/a/b", 3), of(arn+"/a/b:live", "/a/b", "live", arn+"/a/b", 2),
		of(foreign, "/a/b", "", foreign, 1), of(foreign+":live", "/a/b", "live", foreign, 1),
		secret("", "secret new"), secret("AWSPREVIOUS", "secret old"),
	}
}

// fate is what a store does with the item of one name.
type fate byte

const (
	kept fate = iota
	keptToo
	missing
	invalid
	invalidToo
	doubled
	renamed
	nameless
	valueless
	blank
	bare
	fates
)

// answerOf is what a store makes of the items of one call, each with its fate.
func answerOf(out *ssm.GetParametersOutput, s subject, f fate) {
	p := s.item
	switch f {
	case missing:
		return
	case invalid:
		out.InvalidParameters = append(out.InvalidParameters, s.name)
		return
	case invalidToo:
		out.InvalidParameters = append(out.InvalidParameters, s.name)
	case doubled:
		if !strings.HasPrefix(s.name, foreign) { // whose copy could not be told from our own account's
			out.Parameters = append(out.Parameters, p)
		}
	case renamed:
		p.Name = aws.String("/renamed" + *p.Name)
	case nameless:
		p.Name, p.ARN = nil, nil
	case valueless:
		p.Value = nil
	case blank:
		p = types.Parameter{}
	case bare: // as some stores name secrets
		p.Name = aws.String(strings.TrimPrefix(*p.Name, reference))
	}
	out.Parameters = append(out.Parameters, p)
}

// FuzzAnswer asks for some names of a store that answers with missing, doubled,
// renamed, unasked-for and null items in any order.
func FuzzAnswer(f *testing.F) {
	all := subjects()
	f.Add(uint32(1<<len(all)-1), make([]byte, len(all)), uint8(0), uint32(0))
	for bad := range fates {
		f.Add(uint32(1<<len(all)-1), slices.Repeat([]byte{byte(bad)}, len(all)), uint8(3), uint32(0))
		f.Add(uint32(0b1001_0010_0000_0001), slices.Repeat([]byte{byte(bad), byte(kept)}, len(all)/2), uint8(1), uint32(0b110))
	}
	f.Add(uint32(0b1_0000_0000_0000_0001), []byte{byte(missing)}, uint8(2), uint32(1<<17))
	f.Fuzz(func(t *testing.T, asked uint32, fatesOf []byte, turn uint8, unasked uint32) {
		of := map[string]subject{}
		var names []string
		for i, s := range all {
			if of[s.name] = s; asked>>i&1 == 1 {
				names = append(names, s.name)
			}
		}
		if n := len(names); n > 10 { // one batch: another's failure may stop it
			names = slices.Concat(names[int(turn)%n:], names)[:10]
		}
		fateOf := func(name string) fate {
			i := slices.IndexFunc(all, func(s subject) bool { return s.name == name })
			if i < len(fatesOf) {
				return fate(fatesOf[i]) % fates
			}
			return kept
		}
		c := client{names: func(_ context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			out := &ssm.GetParametersOutput{Parameters: []types.Parameter{item("/other", "1", "x", 1)}} // this store gives selectors
			for _, name := range in.Names {
				answerOf(out, of[name], fateOf(name))
			}
			for i, s := range all {
				if unasked>>i&1 == 1 && !slices.Contains(in.Names, s.name) && !strings.HasPrefix(s.name, foreign) {
					out.Parameters = append(out.Parameters, s.item)
				}
			}
			if n := len(out.Parameters); n > 0 {
				k := int(turn) % n
				out.Parameters = append(slices.Clone(out.Parameters[k:]), out.Parameters[:k]...)
				if turn&1 == 1 {
					slices.Reverse(out.Parameters)
				}
			}
			return out, nil
		}}
		res := get(t, c, names...)
		if len(res.Names) != len(names) || res.Calls > 1 {
			t.Fatalf("%d outcomes in %d calls for %d names", len(res.Names), res.Calls, len(names))
		}
		for i, o := range res.Names {
			want, what := of[names[i]], fateOf(names[i])
			switch told := line(o); {
			case strings.HasPrefix(told, "inconsistent"):
				t.Errorf("%s: %s", names[i], told)
			case o.Class == fetch.Found && o.Parameter.Text() != *want.item.Value:
				t.Errorf("%s (fate %d) got the value of another name: %s", names[i], what, told)
			case o.Class == fetch.Found && o.Parameter.Selector() != strings.TrimPrefix(aws.ToString(want.item.Selector), ":") && !latest(names[i]):
				t.Errorf("%s has selector %q", names[i], o.Parameter.Selector())
			case o.Class != fetch.Found && what <= keptToo && !twin(names, i):
				t.Errorf("%s was answered, but: %s", names[i], told)
			case o.Class == fetch.NotFound && what != invalid && !twin(names, i):
				t.Errorf("%s was not said to be unknown", names[i])
			}
		}
	})
}

// latest reports whether a name asks for the latest version by its number: an
// item without a selector answers it too.
func latest(name string) bool { return strings.HasSuffix(name, ":3") }

// twin reports whether another name stands for the i-th, or takes its item: one
// that is the same parameter in the same version.
func twin(names []string, i int) bool {
	plain := func(name string) string {
		return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(name, arn), "/"), ":3")
	}
	return slices.ContainsFunc(names, func(other string) bool { return other != names[i] && plain(other) == plain(names[i]) })
}

// FuzzAnswerWithoutSelectors asks a store that gives no selectors and keeps no
// order, as an emulator may.
func FuzzAnswerWithoutSelectors(f *testing.F) {
	var all []subject
	for _, s := range subjects() {
		if !strings.HasPrefix(s.name, "arn:") && !strings.HasSuffix(s.name, ":AWSPREVIOUS") { // such a store tells neither
			s.item.Selector = nil
			all = append(all, s)
		}
	}
	for turn := range uint8(4) {
		f.Add(uint32(1<<len(all)-1), turn)
		f.Add(uint32(0b1001), turn)
	}
	f.Fuzz(func(t *testing.T, asked uint32, turn uint8) {
		of := map[string]subject{}
		var names []string
		for i, s := range all {
			if of[s.name] = s; asked>>i&1 == 1 {
				names = append(names, s.name)
			}
		}
		c := client{names: func(_ context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			out := &ssm.GetParametersOutput{}
			for _, name := range in.Names {
				out.Parameters = slices.Insert(out.Parameters, int(turn)%(len(out.Parameters)+1), of[name].item)
			}
			return out, nil
		}}
		for i, o := range get(t, c, names...).Names {
			if want := *of[names[i]].item.Value; o.Class != fetch.Found || o.Parameter.Text() != want {
				t.Errorf("%s: %s, want %s", names[i], line(o), want)
			}
		}
	})
}
