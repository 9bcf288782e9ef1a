package handle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ssmcache/ssmcache/registry"
)

// grade is a number of one byte that is decoded from a word.
type grade uint8

func (g *grade) UnmarshalText(text []byte) error {
	switch string(text) {
	case "low":
		*g = 1
	case "high":
		*g = 2
	default:
		return errors.New("no grade")
	}
	return nil
}

func TestBindDecodesASliceOfTextUnmarshalersOfOneByte(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.PutList("/levels", "low", "high")
	v := bind[struct {
		Levels []grade `ssm:"/levels"`
	}](l)
	if got, err := v.Get(t.Context()); err != nil || !slices.Equal(got.Levels, []grade{1, 2}) {
		t.Errorf("Get returns %v, %v", got, err)
	}
	l.store.Put("/levels", "low")
	l.refresh()
	if got, err := bind[struct {
		Levels []grade `ssm:"/levels"`
	}](l).Get(t.Context()); err == nil || !strings.Contains(err.Error(), "not a StringList") {
		t.Errorf("of a String: %v, %v", got, err)
	}
}

func TestBindPutsNoPrefixBeforeTheReferenceOfASecret(t *testing.T) {
	l := open(t, registry.GroupConfig{BasePath: "/app"})
	l.store.PutSecret("pw", "p")
	type config struct {
		DB struct {
			Password string `ssm:"/aws/reference/secretsmanager/pw"`
		} `ssm:"/db"`
	}
	if got, err := bind[config](l).Get(t.Context()); err != nil || got.DB.Password != "p" {
		t.Errorf("Get returns %v, %v", got, err)
	}
}
