package ssmtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const maxPage = 10 // MaxResults of GetParametersByPath

// pages is how a test wants listings cut.
type pages struct {
	size  int // at most so many on a page; 0: MaxResults
	empty int // so many empty pages before each page
}

// SetPages makes the pages of listings hold at most size parameters (0: as many
// as asked for) and puts empty pages, each with a NextToken, before each of them.
// Parameter Store may do both at any time.
func (s *Store) SetPages(size, empty int) {
	s.data.mu.Lock()
	defer s.data.mu.Unlock()
	s.data.pages = pages{size: max(size, 0), empty: max(empty, 0)}
}

// listing is a valid request for one page.
type listing struct {
	prefix      string // the path with a slash behind it
	recursive   bool
	decrypt     bool
	filters     []filter
	size        int
	at          cursor
	fingerprint string // of all that a token must have in common with the request
}

// cursor is where the next page starts: what a NextToken stands for.
type cursor struct {
	Key         string `json:"k"` // the first key of the page; "": the first of all
	Empty       int    `json:"e"` // so many of the empty pages before it have been given
	Fingerprint string `json:"f"`
}

func (c cursor) token() *string {
	text, _ := json.Marshal(c) // strings and integers marshal without an error
	return aws.String(base64.RawURLEncoding.EncodeToString(text))
}

// parseListing checks a request.
func parseListing(in *ssm.GetParametersByPathInput) (listing, *apiError) {
	path := aws.ToString(in.Path)
	l := listing{recursive: aws.ToBool(in.Recursive), decrypt: aws.ToBool(in.WithDecryption), size: maxPage}
	trimmed := strings.TrimSuffix(path, "/")
	if path != "/" && !(strings.HasPrefix(path, "/") && isKey(trimmed)) {
		return l, validation(malformedPath)
	}
	l.prefix = trimmed + "/"
	if in.MaxResults != nil {
		l.size = int(*in.MaxResults)
		if l.size < 1 || l.size > maxPage {
			return l, validation(fmt.Sprintf("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and 10", l.size))
		}
	}
	var refusal *apiError
	if l.filters, refusal = parseFilters(in.ParameterFilters); refusal != nil {
		return l, refusal
	}
	digest := sha256.Sum256(fmt.Appendf(nil, "%q %t %v", l.prefix, l.recursive, l.filters))
	l.fingerprint = base64.RawURLEncoding.EncodeToString(digest[:9])
	l.at = cursor{Fingerprint: l.fingerprint}
	if in.NextToken == nil {
		return l, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*in.NextToken)
	if err != nil || json.Unmarshal(text, &l.at) != nil || l.at.Fingerprint != l.fingerprint || l.at.Empty < 0 || !strings.HasPrefix(l.at.Key, l.prefix) && l.at.Key != "" {
		return l, &apiError{code: "InvalidNextToken", message: "The specified token isn't valid."}
	}
	return l, nil
}

// list answers GetParametersByPath with one page. The page after the last match
// is never an empty one, unless the store was told to have such pages.
func (d *data) list(l listing) *ssm.GetParametersByPathOutput {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := &ssm.GetParametersByPathOutput{Parameters: []types.Parameter{}}
	if l.at.Empty < d.pages.empty {
		next := l.at
		next.Empty++
		out.NextToken = next.token()
		return out
	}
	size := l.size
	if d.pages.size > 0 {
		size = min(size, d.pages.size)
	}
	index := d.indexLocked()
	for i := sort.SearchStrings(index, max(l.at.Key, l.prefix)); i < len(index) && strings.HasPrefix(index[i], l.prefix); {
		key := index[i]
		if level, _, deeper := strings.Cut(key[len(l.prefix):], "/"); deeper && !l.recursive {
			i += sort.SearchStrings(index[i:], l.prefix+level+string('/'+1)) // past all of that level
			continue
		}
		i++
		r := d.parameters[key]
		v, ok := choose(r, l.filters)
		if !ok {
			continue
		}
		if len(out.Parameters) == size {
			out.NextToken = cursor{Key: key, Fingerprint: l.fingerprint}.token()
			break
		}
		out.Parameters = append(out.Parameters, r.answer(v, "", "", l.decrypt))
	}
	return out
}

func byNameAndSelector(a, b types.Parameter) int {
	if order := strings.Compare(aws.ToString(a.Name), aws.ToString(b.Name)); order != 0 {
		return order
	}
	return strings.Compare(aws.ToString(a.Selector), aws.ToString(b.Selector))
}
