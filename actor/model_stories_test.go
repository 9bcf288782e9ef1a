package actor

import (
	"os"
	"testing"
)

// stories are schedules that have broken an invariant once, as short as they
// could be made.
var stories = map[string]string{
	"a read runs out of patience after the limit": `
		seed=0 in-flight=1
		open on-read=true age=1s stale=300ms names=1
		read
		sleep span=1s
		hang
		read`,
	"a name and its pinned latest version in one batch": `
		seed=0 in-flight=1
		open on-read=false age=0s stale=-1ns names=2
		add item=13`,
	"a view while a name fails that has kept its value": `
		seed=0 in-flight=1
		open on-read=false age=1s stale=5s names=2
		read item=1
		omit times=4
		sleep span=1.3s
		view span=40ms`,
	"a view waits past the limit for a name that fails": `
		seed=7945 in-flight=2
		open on-read=false age=1s stale=-1ns names=15
		lookup
		deny
		sleep span=400ms
		refresh
		mend
		hang
		sleep span=650ms
		view span=700ms`,
	"a refresh outlasts what it has gathered": `
		seed=0 in-flight=2
		open on-read=true age=1s stale=-1ns names=10
		open on-read=false age=10s stale=-1ns names=15
		warm group=1
		break group=1 item=9
		sleep span=2.5s
		latency span=250ms
		sleep span=9.5s
		view group=1 span=4s`,
	"a name's refresh whose group is not published": `
		seed=0 in-flight=2
		open on-read=false age=0s stale=-1ns names=15
		read
		sleep span=1s
		latency span=10ms
		break item=9
		refresh-one item=10
		sleep span=60ms
		lookup item=10`,
}

// TestStoriesThatBrokeAnInvariant replays them, and the story in the file that
// the environment variable STORY names.
func TestStoriesThatBrokeAnInvariant(t *testing.T) {
	if file := os.Getenv("STORY"); file != "" {
		story, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stories[file] = string(story)
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			s, err := readStory(story)
			if err != nil {
				t.Fatal(err)
			}
			h := s.run(t)
			if i, what := h.judge(); what != "" {
				t.Errorf("broken: %s\n%s\n%s", i, what, h)
			}
		})
	}
}
