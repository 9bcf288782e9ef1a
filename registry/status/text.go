package status

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	maxErrorRunes = 300 // AWS's longest messages have about as many
	maxNames      = 3   // of several, in one line
	none          = "–"
)

// short returns an error's text in one line of bounded length.
func short(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if runes := []rune(text); len(runes) > maxErrorRunes {
		return string(runes[:maxErrorRunes]) + "…"
	}
	return text
}

// counted writes n with a comma after the thousands. page.js has the same, like
// the functions below.
func counted[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// span writes a duration in its largest unit, cut off.
func span(d time.Duration) string {
	seconds := d.Milliseconds() / 1000
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 60*60:
		return fmt.Sprintf("%d min", seconds/60)
	case seconds < 48*60*60:
		return fmt.Sprintf("%d h", seconds/(60*60))
	}
	return fmt.Sprintf("%s d", counted(seconds/(24*60*60)))
}

// relative writes when t is, seen from now.
func relative(now, t time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return none
	case d <= -time.Second:
		return "in " + span(-d)
	case d < time.Second:
		return "now"
	default:
		return span(d) + " ago"
	}
}

// age writes how long ago t was.
func age(now, t time.Time) string {
	if t.IsZero() {
		return none
	}
	return span(max(0, now.Sub(t)))
}

// nameSome lists the first of n names.
func nameSome(names []string, n int) string {
	names = names[:min(len(names), maxNames)]
	text := strings.Join(names, ", ")
	if more := n - len(names); more > 0 {
		text += " and " + counted(more) + " more"
	}
	return text
}

// plural writes a number of things.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return counted(n) + " " + noun + "s"
}
