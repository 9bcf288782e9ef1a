package report

import (
	"context"
	"os/exec"
	"strings"
)

// The tests of package bench that assert a target in virtual time.
const (
	ColdStartTest = "TestAColdStartOf1000NamesTakes100CallsAnd100Milliseconds"
	StampedeTest  = "TestAStampedeOf10000GoroutinesTakes10CallsAndOneCallsLatency"
)

// InVirtualTime runs those tests with the go command, in the working
// directory. Without a go command no test has run.
func InVirtualTime(ctx context.Context) Virtual {
	outcome := make(Virtual)
	for _, test := range []string{ColdStartTest, StampedeTest} {
		cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-run", "^"+test+"$", ".")
		out, err := cmd.CombinedOutput()
		if strings.Contains(string(out), "--- PASS: "+test) {
			outcome[test] = err == nil
		} else if strings.Contains(string(out), "--- FAIL: "+test) {
			outcome[test] = false
		}
	}
	return outcome
}
