package fetch

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// String describes p without its value.
func (p Parameter) String() string {
	return fmt.Sprintf("%s (%s, version %d)", p.FullName(), p.Type(), p.Version())
}

// Format writes p without its value, whatever the verb.
func (p Parameter) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns p's metadata, without its value.
func (p Parameter) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("name", p.FullName()),
		slog.String("type", string(p.Type())),
		slog.Int64("version", p.Version()),
		slog.Time("fetched_at", p.FetchedAt()),
	)
}

// MarshalJSON writes p's metadata, without its value.
func (p Parameter) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name      string    `json:"name"`
		Type      string    `json:"type"`
		Version   int64     `json:"version"`
		FetchedAt time.Time `json:"fetched_at"`
	}{p.FullName(), string(p.Type()), p.Version(), p.FetchedAt()})
}

// MarshalText writes what [Parameter.String] returns, so that encoders which use
// it, such as encoding/xml, write no value either. encoding/gob refuses a
// Parameter: it has no exported fields.
func (p Parameter) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
