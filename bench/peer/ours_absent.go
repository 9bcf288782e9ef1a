package peer

// The names of ssmcache's own ways to read.
const (
	OursGet    = "ssmcache"
	OursOnRead = "ssmcache, on read"
	OursValue  = "ssmcache, Value[T]"
)

// ours stands in for ssmcache until the core compiles: otter under our name,
// so that all that follows can be tried.
func ours() []Peer {
	a, b, c := otterPeer(), otterPeer(), otterPeer()
	a.Name, b.Name, c.Name = OursGet, OursOnRead, OursValue
	b.ReadsOnly, c.ReadsOnly, b.Idles = true, true, true
	a.Kind, b.Kind, c.Kind = Ours, Ours, Ours
	return []Peer{a, b, c}
}
