package workflows

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	// shareOfSlots is the share of a worker's slots that one organisation may have: half of them.
	shareOfSlots = 2
	// turnRest is how long a message waits whose organisation has as many being sent as it may.
	turnRest = 2 * time.Second
)

// sendTurns bounds how many messages of one organisation a worker sends at the same time, so that servers of one that do not answer leave room for the
// messages of others. The zero value is ready for use.
type sendTurns struct {
	mutex   sync.Mutex
	sending map[uuid.UUID]int
}

// take returns false where as many messages of the organisation are being sent. Otherwise the caller gives the turn back.
func (s *sendTurns) take(organisation uuid.UUID, most int) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	if s.sending[organisation] >= most {
		return false
	}

	if s.sending == nil {
		s.sending = map[uuid.UUID]int{}
	}

	s.sending[organisation]++

	return true
}

func (s *sendTurns) giveBack(organisation uuid.UUID) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	if s.sending[organisation]--; s.sending[organisation] == 0 {
		delete(s.sending, organisation)
	}
}
