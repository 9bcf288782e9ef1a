package ssmtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Player is a client that answers with the responses in a directory, one after
// the other, whatever it is asked. It is safe for concurrent use; what it returns
// is the caller's to modify.
type Player struct{ tape *tape }

// tape is what a Player plays. It holds recordings behind pointers, so that no
// print verb that follows one reaches a value.
type tape struct {
	dir   string                  // constant
	takes map[string][]*recording // constant; by operation
	mu    sync.Mutex
	next  map[string]int // under mu; index in takes
}

// Replay returns a client that plays back a directory of responses, as
// [Recorder] and AWS Placebo record them: ssm.GetParameters_1.json,
// ssm.GetParametersByPath_1.json, and so on. Each operation is answered with its
// responses in the order of their numbers, and from the first again after the
// last. A recorded status of 400 or more becomes the error that [ssm.Client]
// returns. All files are read and checked here; an error names each that is
// malformed or missing from the sequence, and quotes none.
//
// More than ten names are fetched in several calls at once, whose order is not
// defined: play them back with a MaxInFlight of 1.
func Replay(dir string) (*Player, error) {
	t := &tape{dir: dir, takes: map[string][]*recording{}, next: map[string]int{}}
	numbers, err := recorded(dir)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, operation := range []string{GetParameters, GetParametersByPath} {
		for n := 1; len(numbers[operation]) > 0; n++ {
			r, err := readRecording(filepath.Join(dir, fileName(operation, n)))
			if err != nil {
				errs = append(errs, err)
			}
			t.takes[operation] = append(t.takes[operation], r)
			delete(numbers[operation], n)
			if errors.Is(err, fs.ErrNotExist) {
				break // one gap tells it all
			}
		}
	}
	if len(t.takes) == 0 {
		errs = append(errs, fmt.Errorf("ssmtest: %s: there is neither %s nor %s", dir, fileName(GetParameters, 1), fileName(GetParametersByPath, 1)))
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return &Player{t}, nil
}

var fileNames = regexp.MustCompile(`^ssm\.(GetParameters|GetParametersByPath)_([1-9][0-9]{0,8})\.json$`)

func fileName(operation string, n int) string { return fmt.Sprintf("ssm.%s_%d.json", operation, n) }

// recorded returns the numbers of the responses in a directory, by operation.
func recorded(dir string) (map[string]map[int]bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("ssmtest: %w", err)
	}
	numbers := map[string]map[int]bool{GetParameters: {}, GetParametersByPath: {}}
	for _, e := range entries {
		if m := fileNames.FindStringSubmatch(e.Name()); m != nil {
			n, _ := strconv.Atoi(m[2]) // at most nine digits
			numbers[m[1]][n] = true
		}
	}
	return numbers, nil
}

// play returns the next response of an operation.
func (t *tape) play(ctx context.Context, operation string) (*recording, error) {
	if err := ctx.Err(); err != nil {
		return nil, ended(operation, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	takes := t.takes[operation]
	if len(takes) == 0 {
		return nil, fmt.Errorf("ssmtest: %s: not recorded", filepath.Join(t.dir, fileName(operation, 1)))
	}
	r := takes[t.next[operation]]
	t.next[operation] = (t.next[operation] + 1) % len(takes)
	if refusal := r.refusal(); refusal != nil {
		return nil, refusal.sdkError(operation)
	}
	return r, nil
}

// GetParameters returns the next recorded response of GetParameters. It does not
// block.
func (p *Player) GetParameters(ctx context.Context, _ *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	r, err := p.tape.play(ctx, GetParameters)
	if err != nil {
		return nil, err
	}
	return r.named(), nil
}

// GetParametersByPath returns the next recorded response of GetParametersByPath.
// It does not block.
func (p *Player) GetParametersByPath(ctx context.Context, _ *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	r, err := p.tape.play(ctx, GetParametersByPath)
	if err != nil {
		return nil, err
	}
	return r.page(), nil
}

// String describes the player by its directory.
func (p *Player) String() string { return "ssmtest.Player(" + p.tape.dir + ")" }

// Format writes String for every verb.
func (p *Player) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue is String.
func (p *Player) LogValue() slog.Value { return slog.StringValue(p.String()) }
