package edgeproxy

import (
	"math/rand/v2"
	"sync"
)

const (
	// The ring holds ringShards × shardRecords records: what one edge keeps while the platform is away.
	ringShards   = 16
	shardRecords = 512
)

// requestRing holds the records that were not shipped yet, the newest of them if there are too many. It is made of shards that are locked for as long as
// it takes to copy one record, and a request that finds a shard locked takes another one: it never waits.
type requestRing struct{ shards [ringShards]ringShard }

type ringShard struct {
	mutex   sync.Mutex
	records []requestRecord
	// first is the place of the oldest record, once there are as many as there may be.
	first int
}

// push adds a record. It returns the sampler of the one whose place it has taken, if any, and false where every shard was in use just then.
func (r *requestRing) push(record requestRecord) (displaced *requestSampler, ok bool) {
	start := rand.IntN(ringShards) //nolint:gosec // Spreading load needs no secrecy.

	for i := range ringShards {
		shard := &r.shards[(start+i)%ringShards]
		if shard.mutex.TryLock() {
			displaced = shard.push(record)
			shard.mutex.Unlock()

			return displaced, true
		}
	}

	return nil, false
}

func (s *ringShard) push(record requestRecord) *requestSampler {
	if len(s.records) < shardRecords {
		s.records = append(s.records, record)

		return nil
	}

	displaced := s.records[s.first].sampler
	s.records[s.first] = record
	s.first = (s.first + 1) % shardRecords

	return displaced
}

// take removes all records and returns them.
func (r *requestRing) take() []requestRecord {
	var taken []requestRecord

	for i := range r.shards {
		shard := &r.shards[i]
		shard.mutex.Lock()
		taken = append(taken, shard.records...)
		clear(shard.records)
		shard.records, shard.first = shard.records[:0], 0
		shard.mutex.Unlock()
	}

	return taken
}
