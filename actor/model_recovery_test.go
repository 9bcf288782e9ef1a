package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch"
)

// settle ends all trouble, and waits until nobody waits any more.
func (tr *trial) settle() {
	tr.trouble(step{verb: "mend"})
	synctest.Wait()
	for range 60 {
		if len(tr.waiting()) == 0 {
			return
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
	}
}

// recover refreshes the groups that are open still, twice, and compares what
// they show with the store. The second refresh is on the good path.
func (tr *trial) recover() {
	for i, a := range tr.groups {
		if a.Closed() || a.roster.len() == 0 {
			continue
		}
		tr.refreshAndCount(i, a)
		slots := tr.slots(i)
		want, calls := tr.truth(a)
		got := tr.refreshAndCount(i, a)
		tr.recovery = append(tr.recovery, recovered{i, "", fmt.Sprint(calls), fmt.Sprint(got)})
		v, _ := a.View(tr.ctx)
		for _, k := range slots {
			ctx, cancel := context.WithTimeout(tr.ctx, time.Minute)
			p, err := a.Read(ctx, k.slot)
			cancel()
			got := p.Text()
			if err != nil && !errors.Is(err, fetch.ErrNotFound) {
				got = err.Error()
			}
			tr.recovery = append(tr.recovery, recovered{i, k.name, want[k.slot], got})
			inView, _ := v.Lookup(a, k.slot)
			tr.recovery = append(tr.recovery, recovered{i, k.name + " in a view", want[k.slot], inView.Text()})
		}
	}
}

// refreshAndCount refreshes a group and returns how many calls that took.
func (tr *trial) refreshAndCount(group int, a *Actor) int {
	tr.mu.Lock()
	before := len(tr.fetches)
	tr.mu.Unlock()
	ctx, cancel := context.WithTimeout(tr.ctx, time.Minute)
	defer cancel()
	_ = a.Refresh(ctx)
	synctest.Wait()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	calls := 0
	for _, f := range tr.fetches[before:] {
		if f.group == group {
			calls += len(f.calls)
		}
	}
	return calls
}

// truth returns what the slots of a group are to show by what the store holds,
// and how many calls a refresh takes.
func (tr *trial) truth(a *Actor) (texts map[int]string, calls int) {
	texts = map[int]string{}
	ask := func(slot int, name string) {
		out, err := tr.store.Client().GetParameters(context.Background(), &ssm.GetParametersInput{Names: []string{name}})
		if err != nil {
			panic(err)
		}
		for _, p := range out.Parameters {
			texts[slot] = *p.Value
		}
	}
	names := 0
	entries, paths := a.roster.list()
	for slot, e := range entries {
		switch e.kind {
		case byName:
			names++
			ask(slot, e.name)
		case member:
			ask(slot, e.name)
		case labelled:
			ask(slot, e.name+":live")
		}
	}
	for _, p := range paths {
		in := &ssm.GetParametersByPathInput{Path: aws.String("/app")}
		if p.HasLabel() {
			calls++ // two parameters have a label
			continue
		}
		for {
			out, err := tr.store.Client().GetParametersByPath(context.Background(), in)
			if err != nil {
				panic(err)
			}
			calls++
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
	}
	return texts, calls + (names+9)/10
}

// shut closes all groups.
func (tr *trial) shut() {
	for i := range tr.groups {
		tr.ask(step{verb: "close", group: i})
	}
	synctest.Wait()
	if len(tr.waiting()) > 0 {
		time.Sleep(5 * time.Second)
		synctest.Wait()
	}
}

// bubbleOwn is how many goroutines a bubble of package synctest has of its own.
const bubbleOwn = 3

// count notes the goroutines that are left when all groups have been closed,
// those of abandoned calls aside.
func (tr *trial) count(before int) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	expected := bubbleOwn
	for _, c := range tr.calls {
		if c.ended.order == 0 && c.abandoned != never {
			expected++
		}
	}
	if runtime.NumGoroutine() <= before+expected-bubbleOwn {
		return
	}
	// That counts goroutines which have just ended; a dump of stacks does not.
	stacks := make([]byte, 1<<18)
	dump := string(stacks[:runtime.Stack(stacks, true)])
	_, bubble, _ := strings.Cut(dump, "synctest bubble ")
	bubble, _, _ = strings.Cut(bubble, "]")
	if n := strings.Count(dump, "synctest bubble "+bubble+"]"); n > expected {
		tr.left = fmt.Sprintf("%d goroutines too many:\n%s", n-expected, dump)
	}
}
