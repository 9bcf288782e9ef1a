//go:build browser && unix

package status_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ssmcache/ssmcache/registry"
)

// written is the page's text without the word on the live update.
const written = `(() => { const all = document.body.cloneNode(true); all.querySelectorAll('#live, button, script, template').forEach(n => n.remove());
	all.querySelectorAll('[hidden]').forEach(n => n.remove()); return all.textContent.replace(/\s+/g, '') })()`

const isLive = "document.getElementById('live').textContent === 'live'"

// updated waits for two more live updates: the second was asked for after the
// call.
func (s *site) updated(b *tab) {
	b.Helper()
	b.until("true")
	for want := s.served.updates() + 2; s.served.updates() < want; {
		b.eval("new Promise(requestAnimationFrame)")
	}
	b.eval("new Promise(requestAnimationFrame)")
}

func TestBrowser(t *testing.T) {
	for promise, test := range map[string]func(*testing.T, *chromium){
		"shows the same after a live update as without": showsTheSameAfterALiveUpdateAsWithout,
		"updates the page without loading it anew":      updatesThePageWithoutLoadingItAnew,
		"pauses while the page is hidden":               pausesWhileThePageIsHidden,
		"refreshes by the button of this origin only":   refreshesByTheButtonOfThisOriginOnly,
		"runs and loads nothing of others":              runsAndLoadsNothingOfOthers,
		"shows no value":                                showsNoValue,
		"page is readable on a phone and a desktop":     pageIsReadableOnAPhoneAndADesktop,
	} {
		t.Run(promise, func(t *testing.T) {
			test(t, startChromium(t))
		})
	}
}

func showsTheSameAfterALiveUpdateAsWithout(t *testing.T, c *chromium) {
	s := newSite(t)
	live := c.open(t, s.url+"/live", 1280, 900, "light")
	plain := c.open(t, s.url+"/plain", 1280, 900, "light")
	s.same(live, plain)

	// Another version, another group, and one that is gone.
	s.store.PutSecure("/shop/production/database/password", canary+"2")
	for _, g := range s.Groups() {
		switch g.Name() {
		case "database":
			_ = g.Refresh(t.Context())
		case "archive":
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
		case "billing":
			s.refresh(g)
		}
	}
	if _, err := s.Secret("shop/database/credentials", registry.GroupConfig{Name: "worker"}); err != nil {
		t.Fatal(err)
	}
	s.says("/shop/production/database/password is at version 2", ">closed<", "after 0 s and 3 failures", ">worker<")
	plain.visit(s.url + "/plain")
	s.same(live, plain)

	live.visit(s.url + "/live?group=database&limit=2&page=2")
	plain.visit(s.url + "/plain?group=database&limit=2&page=2")
	if !strings.Contains(plain.text(written), "3–4of6parameters") {
		t.Errorf("the second page: %s", plain.text(written))
	}
	s.same(live, plain)
}

// same fails unless both pages say the same, the first one after an update.
func (s *site) same(live, plain *tab) {
	live.Helper()
	s.updated(live)
	got, want := live.text(written), plain.text(written)
	if got == want {
		return
	}
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	live.Errorf("after a live update the page says\n… %.200s\nwithout\n… %.200s", strings.ToValidUTF8(got[max(0, i-50):], ""), strings.ToValidUTF8(want[max(0, i-50):], ""))
}

func updatesThePageWithoutLoadingItAnew(t *testing.T, c *chromium) {
	s := newSite(t)
	b := c.open(t, s.url+"/live", 390, 844, "light")
	b.until(isLive)
	b.eval("window.mark = 'kept'; document.querySelectorAll('details').forEach(d => { d.open = true })")
	before := b.text("document.body.innerText")
	if strings.Contains(before, "user is at version 2") {
		t.Fatal("the change is there before it happens")
	}
	s.store.Put("/shop/production/database/user", canary+"-new")
	for _, g := range s.Groups() {
		if g.Name() == "database" {
			_ = g.Refresh(t.Context())
		}
	}
	b.until("document.body.innerText.includes('/shop/production/database/user is at version 2')")
	b.until("Array.from(document.querySelectorAll('[data-key=database] tbody tr')).some(r => r.cells[0].innerText.endsWith('/database/user') && r.cells[2].innerText === '2')")
	if got := b.text("String(window.mark) + document.querySelectorAll('details:not([open])').length"); got != "kept0" {
		t.Errorf("the page was loaded anew, or a group was closed: %s", got)
	}
}

func pausesWhileThePageIsHidden(t *testing.T, c *chromium) {
	s := newSite(t)
	b := c.open(t, s.url+"/live", 1280, 900, "light")
	b.until(isLive)
	b.eval("Object.defineProperty(document, 'hidden', {value: true, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))")
	b.until("document.getElementById('live').textContent === 'paused'")
	b.eval("fetch(location.href)") // what was under way has been answered before
	before := s.served.updates()
	b.call("Emulation.setVirtualTimePolicy", args{"policy": "pauseIfNetworkFetchesPending", "budget": 60_000}, nil)
	for len(c.events("Emulation.virtualTimeBudgetExpired")) == 0 {
		b.call("Runtime.evaluate", args{"expression": "0"}, nil)
	}
	if got := s.served.updates(); got != before {
		t.Errorf("%d updates in a minute while hidden, want none", got-before)
	}
	b.call("Emulation.setVirtualTimePolicy", args{"policy": "advance"}, nil)
	b.eval("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
	s.updated(b)
	b.until(isLive)
}

func refreshesByTheButtonOfThisOriginOnly(t *testing.T, c *chromium) {
	s := newSite(t)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!doctype html><form method=post action="%s/live"><button>win</button></form><iframe src="%[1]s/live"></iframe>`, s.url)
	}))
	t.Cleanup(other.Close)

	b := c.open(t, s.url+"/live?group=billing", 390, 844, "dark")
	b.until("document.body.innerText.includes('failing')")
	s.store.ResetCalls()
	b.eval("document.querySelector('[data-key=billing] button').click()")
	b.until("document.querySelector('[data-key=billing] .badge')?.textContent === 'fresh' && document.body.innerText.includes('3 failures')")
	if got := b.text("location.pathname + location.search"); got != "/live?group=billing" {
		t.Errorf("the browser is led to %s", got)
	}
	if got := s.store.CallCount(); got != 1 {
		t.Errorf("the button caused %d calls, want 1", got)
	}

	b.visit(other.URL + "/")
	b.eval("document.querySelector('button').click()")
	b.until("document.body.innerText.includes('a refresh is asked for by this page alone')")
	if got := s.store.CallCount(); got != 1 {
		t.Errorf("a page of another origin caused %d calls", got-1)
	}
	if !strings.Contains(strings.Join(c.events("Log.entryAdded"), "\n"), "frame-ancestors") {
		t.Error("a page of another origin may frame the status page")
	}
}

func runsAndLoadsNothingOfOthers(t *testing.T, c *chromium) {
	s := newSite(t)
	b := c.open(t, s.url+"/live", 1280, 900, "light")
	s.updated(b)
	if got := b.eval("document.scripts.length + ' ' + document.images.length"); got != "1 0" {
		t.Errorf("scripts and images: %v, want 1 0", got)
	}
	if !strings.Contains(b.text("document.body.innerText"), hostile) {
		t.Error("the hostile name is not shown as it is")
	}
	for _, kind := range []string{"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening"} {
		for _, e := range c.events(kind) {
			if !strings.Contains(e, "favicon.ico") {
				t.Errorf("%s: %s", kind, e)
			}
		}
	}
	for _, e := range c.events("Network.requestWillBeSent") {
		if !strings.Contains(e, `"request":{"url":"`+s.url+"/") {
			t.Errorf("a request to elsewhere: %s", e)
		}
	}
	b.eval(`try { const s = document.createElement('script'); s.append('window.ran = true'); document.body.append(s) } catch {}`)
	b.eval(`document.body.append(Object.assign(document.createElement('img'), {src: '/picture'}))`)
	b.until("true")
	if got := b.eval("String(window.ran)"); got != "undefined" {
		t.Error("an injected script runs")
	}
	all := strings.Join(c.events("Log.entryAdded"), "\n")
	for _, stopped := range []string{"TrustedScript", s.url + "/picture"} {
		if !strings.Contains(all, stopped) {
			t.Errorf("the policy did not stop %s: %s", stopped, all)
		}
	}
}

func showsNoValue(t *testing.T, c *chromium) {
	s := newSite(t)
	b := c.open(t, s.url+"/live", 1280, 900, "light")
	s.updated(b)
	b.visit(s.url + "/live?group=database")
	s.updated(b)
	seen := b.text("document.documentElement.outerHTML")
	if !strings.Contains(seen, "/shop/production/database/password") {
		t.Fatal("the parameters are not shown")
	}
	s.served.mu.Lock()
	defer s.served.mu.Unlock()
	if all := seen + s.served.bodies.String(); strings.Contains(all, canary) || strings.Contains(all, "the value of") {
		t.Error("a value is shown")
	}
}

// Layout, as a reader with these expectations would check it: nothing is wider
// than the window, no text leaves its box or lies over another, every text has
// the contrast that WCAG asks for at level AA.
const (
	tooWide = `Array.from(document.body.querySelectorAll('*')).filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 0 &&
		(e.getBoundingClientRect().right > innerWidth + .5 || e.getBoundingClientRect().left < -.5) && !e.closest('thead')).map(e => e.outerHTML.slice(0, 100)).join('\n')`
	overlapping = `(() => {
		const boxes = Array.from(document.body.querySelectorAll('*')).filter(e => e.checkVisibility() && !e.closest('thead') && !e.children.length && e.textContent.trim() && getComputedStyle(e).display !== 'inline')
			.map(e => ({text: e.textContent, r: e.getBoundingClientRect()}));
		const found = [];
		boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
			if (Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left) > 1 && Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top) > 1) found.push(a.text + ' | ' + b.text);
		}));
		return found.join('\n') })()`
	tooFaint = `(() => {
		const parse = c => c.match(/[\d.]+/g).map(Number);
		const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
		const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] === 1) return c } return [255, 255, 255] };
		return Array.from(document.body.querySelectorAll('*')).filter(e => e.checkVisibility() && Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim())).map(e => {
			const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
			return {ratio: (a + .05) / (b + .05), text: e.textContent.trim().slice(0, 40)};
		}).filter(x => x.ratio < 4.5).map(x => x.ratio.toFixed(2) + ' ' + x.text).join('\n') })()`
)

func pageIsReadableOnAPhoneAndADesktop(t *testing.T, c *chromium) {
	s := newSite(t)
	for _, window := range []struct{ width, height int }{{390, 844}, {1280, 900}} {
		for _, scheme := range []string{"light", "dark"} {
			for name, query := range map[string]string{"all": "", "group": "?group=" + "database", "hostile": "?group=" + escaped(hostile)} {
				title := fmt.Sprintf("%s-%d-%s", name, window.width, scheme)
				t.Run(title, func(t *testing.T) {
					b := c.open(t, s.url+"/live"+query, window.width, window.height, scheme)
					b.until(isLive)
					if name == "all" {
						b.eval("document.querySelector('[data-key=database] details').open = true")
					}
					b.screenshot(title)
					if dark := b.eval("matchMedia('(prefers-color-scheme: dark)').matches"); dark != (scheme == "dark") {
						t.Fatalf("dark: %v", dark)
					}
					for what, expression := range map[string]string{"wider than the window": tooWide, "overlapping": overlapping, "too little contrast": tooFaint} {
						if found := b.text(expression); found != "" {
							t.Errorf("%s:\n%s", what, found)
						}
					}
				})
			}
		}
	}
}
