package edgeproxy

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// offer offers that many requests of one second, and returns which of them are recorded.
func offer(s *requestSampler, second time.Time, count, status int) (admitted []int) {
	for i := range count {
		if s.admits(second, status) {
			admitted = append(admitted, i)
		}
	}

	return admitted
}

func TestSampler_FewRequests_AreAllRecorded(t *testing.T) {
	t.Parallel()

	s, second := &requestSampler{}, time.Unix(1_800_000_000, 0)

	for range 5 {
		require.Len(t, offer(s, second, recordsPerSecond, http.StatusOK), recordsPerSecond)

		second = second.Add(time.Second)
	}

	require.Zero(t, s.dropped.Load())
}

func TestSampler_ManyRequests_AreSpreadOverTheSecondFromTheNextOneOn(t *testing.T) {
	t.Parallel()

	s, second := &requestSampler{}, time.Unix(1_800_000_000, 0)

	first := offer(s, second, 10*recordsPerSecond, http.StatusOK)
	require.Len(t, first, recordsPerSecond)
	require.Equal(t, recordsPerSecond-1, first[len(first)-1], "nothing tells yet how many there will be")

	next := offer(s, second.Add(time.Second), 10*recordsPerSecond, http.StatusOK)
	require.Len(t, next, recordsPerSecond)
	require.Greater(t, next[len(next)-1], 9*recordsPerSecond)

	require.EqualValues(t, 18*recordsPerSecond, s.dropped.Load())

	require.Equal(t, []int{0}, offer(s, second.Add(time.Minute), 1, http.StatusOK), "a flood that is over costs the next request nothing")
}

func TestSampler_FailuresAmongManyRequests_AreKept(t *testing.T) {
	t.Parallel()

	s, second := &requestSampler{}, time.Unix(1_800_000_000, 0)
	require.Len(t, offer(s, second, 10*recordsPerSecond, http.StatusOK), recordsPerSecond)
	require.Len(t, offer(s, second, 10*recordsPerSecond, http.StatusBadGateway), recordsPerSecond)
	require.Len(t, offer(s, second.Add(time.Second), 5, http.StatusInternalServerError), 5)
}

func TestRing_WhileNobodyTakesRecords_KeepsTheNewestAndTellsWhoseItDisplaced(t *testing.T) {
	t.Parallel()

	ring, old, young := &requestRing{}, &requestSampler{}, &requestSampler{}

	fill := func(of *requestSampler, displacedAreOf func(*requestSampler)) {
		for range 4 * ringShards * shardRecords {
			displaced, ok := ring.push(requestRecord{sampler: of})
			require.True(t, ok)

			if displaced != nil {
				displacedAreOf(displaced)
			}
		}
	}

	displaced := map[*requestSampler]int{}
	count := func(s *requestSampler) { displaced[s]++ }
	fill(old, count)
	fill(young, count)

	taken := ring.take()
	require.Len(t, taken, ringShards*shardRecords)
	require.Equal(t, 4*ringShards*shardRecords, displaced[old])
	require.Equal(t, 3*ringShards*shardRecords, displaced[young])
	require.Empty(t, ring.take())
}

func TestRing_ThatIsInUse_KeepsNoRequestWaiting(t *testing.T) {
	t.Parallel()

	ring := &requestRing{}
	for i := range ring.shards {
		ring.shards[i].mutex.Lock()
	}

	_, ok := ring.push(requestRecord{})
	require.False(t, ok)

	ring.shards[3].mutex.Unlock()

	_, ok = ring.push(requestRecord{})
	require.True(t, ok)
}

func TestRecorder_TellsOfDroppedRequestsOnceAMinute_AndForgetsWhoGetsNone(t *testing.T) {
	t.Parallel()

	r, now := newRequestRecorder(), time.Unix(1_800_000_000, 0)
	sampler := r.samplerOf(id.New())
	offer(sampler, now, recordsPerSecond+7, http.StatusOK)

	told := r.takeDropped(now, now.Add(-toldEvery))
	require.Len(t, told, 1)
	require.EqualValues(t, 7, told[0].Count)
	require.Equal(t, sampler.deploymentID, told[0].DeploymentID)

	offer(sampler, now, 5, http.StatusOK)
	require.Empty(t, r.takeDropped(now.Add(toldEvery/2), now.Add(-toldEvery/2)))
	require.EqualValues(t, 5, r.takeDropped(now.Add(toldEvery), now)[0].Count)

	require.Empty(t, r.takeDropped(now.Add(2*forgottenAfter), now))
	require.NotSame(t, sampler, r.samplerOf(sampler.deploymentID))
}
