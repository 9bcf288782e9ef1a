//go:build browser && unix

package status_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// answerWithin bounds the wait for the browser, on a machine that is busy.
const answerWithin = 30 * time.Second

// chromium is a headless browser, driven by the DevTools protocol over a pipe:
// messages in JSON, each ended by a zero byte.
type chromium struct {
	to  *os.File      // written by send alone
	end func() string // ends the browser; returns what it wrote to standard error

	mu      sync.Mutex
	id      int
	waiting map[int]chan reply // by id; the reader sends once
	heard   []message          // events
}

type message struct {
	ID     int             `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	reply
}

type reply struct {
	Result json.RawMessage `json:"result,omitempty"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// startChromium starts the browser and ends it with the test. It reaches no
// address but this machine's. A headless Chromium that hangs as it starts is a
// known fault of its own: it is ended and started anew, three times at most.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: run make browser, which installs it", err)
	}
	for range 3 {
		c := launch(t, path)
		answer, err := c.send("", "Target.createBrowserContext", nil)
		if err == nil {
			select {
			case <-answer:
				return c
			case <-time.After(answerWithin):
				err = fmt.Errorf("no answer in %v", answerWithin)
			}
		}
		t.Logf("chromium did not start: %v\n%s", err, c.end())
	}
	t.Fatal("chromium did not start in three tries")
	return nil
}

// launch starts the browser; it may not answer yet.
func launch(t *testing.T, path string) *chromium {
	t.Helper()
	dir, err := os.MkdirTemp("", "ssmcache-browser-")
	if err != nil {
		t.Fatal(err)
	}
	theirIn, to := pipe(t)
	from, theirOut := pipe(t)
	var said bytes.Buffer
	cmd := exec.Command(path,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--disable-domain-reliability", "--disable-breakpad", "--hide-scrollbars", "--no-proxy-server",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
		"--user-data-dir="+dir, "--remote-debugging-pipe", "about:blank")
	cmd.Stderr = &said
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // 3 and 4
	cmd.WaitDelay = answerWithin
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirIn.Close(), theirOut.Close()
	c := &chromium{to: to, waiting: map[int]chan reply{}}
	read := make(chan struct{})
	go func() { defer close(read); c.read(from) }()
	c.end = sync.OnceValue(func() string {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its children too
		_ = cmd.Wait()
		<-read
		for give := time.Now().Add(answerWithin); os.RemoveAll(dir) != nil && time.Now().Before(give); {
			runtime.Gosched() // until they no longer write there
		}
		_, _ = to.Close(), from.Close()
		return said.String()
	})
	t.Cleanup(func() { c.end() })
	return c
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// read hands out what the browser says until it ends.
func (c *chromium) read(from *os.File) {
	in := bufio.NewReader(from)
	for {
		line, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(bytes.TrimSuffix(line, []byte{0}), &m) != nil {
			continue
		}
		c.mu.Lock()
		if m.ID == 0 {
			c.heard = append(c.heard, m)
		} else if to := c.waiting[m.ID]; to != nil {
			to <- m.reply
			delete(c.waiting, m.ID)
		}
		c.mu.Unlock()
	}
}

// send sends a command, and returns the channel that receives its reply.
func (c *chromium) send(session, method string, params any) (<-chan reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.id++
	command := map[string]any{"id": c.id, "method": method}
	if params != nil {
		command["params"] = params
	}
	if session != "" {
		command["sessionId"] = session
	}
	text, err := json.Marshal(command)
	if err != nil {
		return nil, err
	}
	to := make(chan reply, 1)
	c.waiting[c.id] = to
	_, err = c.to.Write(append(text, 0))
	return to, err
}

// tab is a page of the browser. Its methods fail the test on an error.
type tab struct {
	*testing.T
	*chromium
	session string
}

type args map[string]any

// open returns a new tab of the given width and colour scheme, at url.
func (c *chromium) open(t *testing.T, url string, width, height int, scheme string) *tab {
	t.Helper()
	b := &tab{T: t, chromium: c}
	var made struct{ TargetID, BrowserContextID, SessionID string }
	b.call("Target.createBrowserContext", nil, &made)
	b.call("Target.createTarget", args{"url": "about:blank", "browserContextId": made.BrowserContextID}, &made)
	b.call("Target.attachToTarget", args{"targetId": made.TargetID, "flatten": true}, &made)
	b.session = made.SessionID
	t.Cleanup(func() { _, _ = c.send("", "Target.closeTarget", args{"targetId": made.TargetID}) })
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	b.call("Emulation.setDeviceMetricsOverride", args{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", args{"features": []args{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	b.visit(url)
	return b
}

func (b *tab) call(method string, params, result any) {
	b.Helper()
	to, err := b.send(b.session, method, params)
	if err != nil {
		b.Fatalf("%s: %v", method, err)
	}
	select {
	case got := <-to:
		if got.Error != nil {
			b.Fatalf("%s: %s", method, got.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(got.Result, result); err != nil {
				b.Fatalf("%s: %v", method, err)
			}
		}
	case <-time.After(answerWithin):
		b.Fatalf("%s: no answer in %v", method, answerWithin)
	}
}

// visit goes to url and waits until it is loaded.
func (b *tab) visit(url string) {
	b.Helper()
	b.call("Page.navigate", args{"url": url}, nil)
	b.until(fmt.Sprintf("location.href === %q && document.readyState === 'complete'", url))
}

// eval returns what a JavaScript expression, or its promise, gives.
func (b *tab) eval(expression string) any {
	b.Helper()
	var got struct {
		Result           struct{ Value any }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	b.call("Runtime.evaluate", args{"expression": expression, "awaitPromise": true, "returnByValue": true}, &got)
	if e := got.ExceptionDetails; e != nil {
		b.Fatalf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}
	return got.Result.Value
}

func (b *tab) text(expression string) string {
	b.Helper()
	text, ok := b.eval(expression).(string)
	if !ok {
		b.Fatalf("%s: not a text", expression)
	}
	return text
}

// until waits until a condition holds in the page, across navigations.
func (b *tab) until(condition string) {
	b.Helper()
	for give := time.Now().Add(answerWithin); ; {
		to, err := b.send(b.session, "Runtime.evaluate", args{
			"expression":   "new Promise(done => { const look = n => (" + condition + ") ? done(true) : n ? requestAnimationFrame(() => look(n - 1)) : done(false); look(5) })",
			"awaitPromise": true, "returnByValue": true,
		})
		if err != nil {
			b.Fatal(err)
		}
		select {
		case got := <-to: // an error: the page has been left meanwhile
			if strings.Contains(string(got.Result), `"value":true`) {
				return
			}
		case <-time.After(answerWithin):
		}
		if time.Now().After(give) {
			b.Fatalf("not within %v: %s\nthe page: %s", answerWithin, condition, b.text("document.body.innerText"))
		}
	}
}

// events returns the parameters of the events of one kind that any tab had.
func (c *chromium) events(method string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, m := range c.heard {
		if m.Method == method {
			all = append(all, string(m.Params))
		}
	}
	return all
}

// screenshot writes a picture of the whole page to the folder that SCREENSHOTS
// names, if it does.
func (b *tab) screenshot(name string) {
	b.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	var got struct{ Data string }
	b.call("Page.captureScreenshot", args{"captureBeyondViewport": true}, &got)
	picture, err := base64.StdEncoding.DecodeString(got.Data)
	if err == nil {
		err = os.WriteFile(dir+"/"+name+".png", picture, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
}
