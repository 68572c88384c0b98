package gitremote

import (
	"sync"
	"time"
)

const (
	// rememberFor is how long it is taken for granted what a server can do.
	rememberFor = 10 * time.Minute
	// maxKnown bounds how many remotes are remembered.
	maxKnown = 20_000
)

// memory holds what servers can do, by the URL of a repository, so that one that is asked again needs no first request.
type memory struct {
	mutex sync.Mutex
	known map[string]remembered
}

type remembered struct {
	able  capabilities
	until time.Time
}

func newMemory() *memory { return &memory{known: map[string]remembered{}} }

func (m *memory) get(url string) (capabilities, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	found, ok := m.known[url]

	return found.able, ok && time.Now().Before(found.until)
}

func (m *memory) put(url string, able capabilities) {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	if len(m.known) >= maxKnown {
		clear(m.known)
	}

	m.known[url] = remembered{able: able, until: time.Now().Add(rememberFor)}
}

func (m *memory) forget(url string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	delete(m.known, url)
}
