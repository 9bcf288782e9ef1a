package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// report runs the demonstration in virtual time, through the real SDK client.
func report(t *testing.T, readers int) string {
	t.Helper()
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		d := demo{out: &out, store: store, client: store.SDKClient(), readers: readers}
		if err := d.run(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return out.String()
}

func TestTheReportSaysWhatHappened(t *testing.T) {
	got := report(t, 1000)
	for _, want := range []string{
		`1,000 goroutines, each reading 10 names and a path`,
		`100 API calls \(80 batches of ten names, 20 pages of the path\); all had their values in 200ms\n`,
		`a call a read would have made 11,000, which take 4m35s at 40 a second`,
		`Held        1,000 parameters`,
		`/shop/feature: 200 parameters`,
		`/aws/reference/secretsmanager/shop/payments-key \(SecureString, version 0\)`,
		`/shop/hosts: 3 items`,
		`/shop/release:2 \(SecureString, version 2\); the store is at version 3`,
		`/shop/motd changed at the store; readers had it [0-9.]+m?s later`,
		`the refresh began when the values were ([12][0-9.]*s|[0-9.]+ms) old: ahead of MaxAge`,
		`reads meanwhile, 0 failed; the values they got were up to [4-9][0-9.]*s old`,
		`an operator sees it in Group.Err: "/shop/[a-z/0-9]+" and 999 more`,
		`after the repair readers had new values; Group.Err: <nil>`,
		`of which 0 failed`,
		`API calls   \d+: a cold start and 2 refreshes of 100, and \d+ in the outage`,
	} {
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestTheReportShowsNoValue(t *testing.T) {
	if got := report(t, 10); !strings.Contains(got, "API calls") || strings.Contains(got, mark) {
		t.Errorf("no report, or a value in it:\n%s", got)
	}
}
