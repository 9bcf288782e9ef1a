package work

import (
	"runtime"
	"testing"
	"time"
)

func TestProcessorTimeAdvancesWithWork(t *testing.T) {
	before := cpuTime()
	for deadline := time.Now().Add(time.Minute); cpuTime() == before; {
		if time.Now().After(deadline) {
			t.Fatal("a minute of work took no processor time")
		}
	}
}

func TestHeldBytesSeeWhatIsHeld(t *testing.T) {
	before := heldBytes()
	block := make([]byte, 100<<20)
	held := heldBytes() - before
	runtime.KeepAlive(block)
	// Other tests' garbage may go meanwhile, and a span may come: 1 % of them.
	if held < 99<<20 || held > 101<<20 {
		t.Errorf("a hundred megabytes are seen as %d bytes", held)
	}
}
