package status

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

const (
	typeHTML = "text/html"
	typeJSON = "application/json"
)

// secure sets the headers of every answer. An HTML answer replaces the policy.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// With no-referrer, the form's Origin would be null, and over plain HTTP
	// that is all the guard of a refresh has to go by.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Vary", "Accept")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// answerHTML answers with the page.
func (p *Page) answerHTML(w http.ResponseWriter, r *http.Request, rep *report) {
	nonce := rand.Text()
	var b bytes.Buffer
	if err := p.html.Execute(&b, p.document(rep, nonce)); err != nil {
		refuse(w, r, http.StatusInternalServerError, "the page could not be written")
		return
	}
	action := "'none'"
	if p.cfg.Refresh {
		action = "'self'"
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; style-src 'nonce-"+nonce+
		"'; connect-src 'self'; form-action "+action+"; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	answer(w, r, http.StatusOK, typeHTML+"; charset=utf-8", b.Bytes())
}

func answerJSON(w http.ResponseWriter, r *http.Request, code int, what any) {
	body, err := json.Marshal(what)
	if err != nil {
		http.Error(w, "the status could not be encoded", http.StatusInternalServerError)
		return
	}
	answer(w, r, code, typeJSON, append(body, '\n'))
}

// refuse answers with the reason why there is no page.
func refuse(w http.ResponseWriter, r *http.Request, code int, why string) {
	if wantsJSON(r) {
		answerJSON(w, r, code, struct {
			Error string `json:"error"`
		}{why})
		return
	}
	answer(w, r, code, "text/plain; charset=utf-8", []byte(why+"\n"))
}

// answer writes a whole answer; for HEAD, its header. An error of the
// connection has nobody to be told to.
func answer(w http.ResponseWriter, r *http.Request, code int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// wantsJSON reports whether the path's suffix or the Accept header asks for JSON.
// Where HTML is as welcome, HTML it is.
func wantsJSON(r *http.Request) bool {
	if strings.HasSuffix(r.URL.Path, ".json") {
		return true
	}
	accept := strings.Join(r.Header.Values("Accept"), ",")
	return accept != "" && quality(accept, typeJSON) > quality(accept, typeHTML)
}

// quality returns how welcome a media type is, by the range of the Accept header
// that fits it best (RFC 9110, section 12.5.1).
func quality(accept, mediaType string) float64 {
	kind, _, _ := strings.Cut(mediaType, "/")
	found, best := 0.0, 0
	for one := range strings.SplitSeq(accept, ",") {
		name, rest, _ := strings.Cut(strings.ToLower(strings.TrimSpace(one)), ";")
		fits := map[string]int{mediaType: 3, kind + "/*": 2, "*/*": 1}[strings.TrimSpace(name)]
		if fits > best {
			found, best = weight(rest), fits
		}
	}
	return found
}

// weight returns the q among a media range's parameters; 1 if there is none that
// is valid.
func weight(parameters string) float64 {
	for one := range strings.SplitSeq(parameters, ";") {
		if text, ok := strings.CutPrefix(strings.TrimSpace(one), "q="); ok {
			if q, err := strconv.ParseFloat(text, 64); err == nil && q >= 0 && q <= 1 {
				return q
			}
		}
	}
	return 1
}
