package work

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/store"
)

// Python is the peer name of the predecessor, ssm-cache 3.0.0 with boto3.
const Python = "ssm-cache (Python)"

// predecessorScript does the predecessor's work and prints a line for each
// figure.
//
//go:embed predecessor.py
var predecessorScript string

// requirements is what the script imports.
var requirements = []string{"ssm-cache==3.0.0", "boto3"}

// Predecessor measures the Python library that ssmcache succeeds, in a
// process of its own, on the same store over HTTP: the work "read" in its
// serial case, and the work "coldstart". Without a Python that has the
// library, or can install it, it does nothing but say so.
func (l *Lab) Predecessor(ctx context.Context) error {
	python, err := findPython(ctx)
	if err != nil {
		fmt.Fprintf(l.Log, "left out: %v ", err)
		return nil
	}
	for range l.Runs {
		if err := l.predecessor(ctx, python); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lab) predecessor(ctx context.Context, python string) error {
	server := store.New(store.Config{Latency: callLatency, Slots: callSlots}).Serve()
	defer server.Close()
	sizes := []int{10, 100, 1_000}
	if l.Quick {
		sizes = sizes[:2]
	}
	arguments, err := json.Marshal(map[string]any{
		"url": server.URL, "sizes": sizes, "names": store.Names(sizes[len(sizes)-1]),
	})
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, python, "-c", predecessorScript, string(arguments))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var line struct {
			Work, Case, Unit string
			N                int
			Value            float64
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return err
		}
		l.Figures.Add(figure.Key{
			Work: line.Work, Case: line.Case, Peer: Python, N: line.N, Unit: line.Unit,
		}, line.Value)
	}
	return cmd.Wait()
}

// findPython returns an interpreter that can import the predecessor: the one
// on the path, or one in a virtual environment that is made for it in the
// user's cache directory.
func findPython(ctx context.Context) (string, error) {
	has := func(python string) bool {
		return exec.CommandContext(ctx, python, "-c", "import ssm_cache, boto3").Run() == nil
	}
	found, err := exec.LookPath("python3")
	if err != nil {
		return "", errors.New("there is no python3")
	}
	if has(found) {
		return found, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	environment := filepath.Join(cache, "ssmcache-bench", "venv")
	python := filepath.Join(environment, "bin", "python")
	if has(python) {
		return python, nil
	}
	if err := exec.CommandContext(ctx, found, "-m", "venv", environment).Run(); err != nil {
		return "", fmt.Errorf("python3 -m venv: %w", err)
	}
	install := append([]string{"-m", "pip", "install", "--quiet"}, requirements...)
	if err := exec.CommandContext(ctx, python, install...).Run(); err != nil {
		return "", fmt.Errorf("pip install: %w", err)
	}
	return python, nil
}
