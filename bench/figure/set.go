package figure

// Set is every figure of one run of the program, in the order in which they
// were first measured. The zero Set is empty. It is for one goroutine.
type Set struct {
	figures []*Figure
	index   map[Key]*Figure
}

// Add appends a sample to the figure of k.
func (s *Set) Add(k Key, sample float64) {
	f := s.index[k]
	if f == nil {
		f = &Figure{Key: k}
		s.figures = append(s.figures, f)
		if s.index == nil {
			s.index = make(map[Key]*Figure)
		}
		s.index[k] = f
	}
	f.Samples = append(f.Samples, sample)
}

// Get returns the figure of k, and whether there is one.
func (s *Set) Get(k Key) (Figure, bool) {
	if f := s.index[k]; f != nil {
		return *f, true
	}
	return Figure{Key: k}, false
}

// Select returns the figures whose key satisfies keep.
func (s *Set) Select(keep func(Key) bool) []Figure {
	var found []Figure
	for _, f := range s.figures {
		if keep(f.Key) {
			found = append(found, *f)
		}
	}
	return found
}

// Rows returns the figures grouped by all of their key but the unit: what one
// line of a benchmark's output holds. Rows are in order of first measurement.
func (s *Set) Rows() [][]Figure {
	var rows [][]Figure
	row := make(map[Key]int)
	for _, f := range s.figures {
		k := f.Key
		k.Unit = ""
		i, ok := row[k]
		if !ok {
			i = len(rows)
			row[k] = i
			rows = append(rows, nil)
		}
		rows[i] = append(rows[i], *f)
	}
	return rows
}
