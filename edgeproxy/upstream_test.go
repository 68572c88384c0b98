package edgeproxy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestChoose_OwnRegionFirst(t *testing.T) {
	t.Parallel()

	here, there := at("127.0.0.1:1", "fsn"), at("127.0.0.1:2", "hel")
	here.inFlight.Store(100)

	for range 50 {
		require.Same(t, here, choose([]*upstream{there, here}, "fsn", nil, time.Now()))
	}
}

func TestChoose_OtherRegionBeforeOneThatRests(t *testing.T) {
	t.Parallel()

	here, there := at("127.0.0.1:1", "fsn"), at("127.0.0.1:2", "hel")
	now := time.Now()
	require.True(t, here.rest(now))
	require.False(t, here.rest(now), "it rests already")

	require.Same(t, there, choose([]*upstream{here, there}, "fsn", nil, now))
	require.Same(t, here, choose([]*upstream{here, there}, "fsn", nil, now.Add(restTime)))
}

func TestChoose_AllRest_AsksOneAllTheSame(t *testing.T) {
	t.Parallel()

	one := at("127.0.0.1:1", "")
	one.rest(time.Now())

	require.Same(t, one, choose([]*upstream{one}, "", nil, time.Now()))
}

func TestChoose_FewestInFlight(t *testing.T) {
	t.Parallel()

	busy, idle := at("127.0.0.1:1", ""), at("127.0.0.1:2", "")
	busy.inFlight.Store(2)
	idle.inFlight.Store(1)

	for range 50 {
		require.Same(t, idle, choose([]*upstream{busy, idle}, "", nil, time.Now()))
	}
}

func TestChoose_SpreadsOverEquals(t *testing.T) {
	t.Parallel()

	upstreams := []*upstream{at("127.0.0.1:1", ""), at("127.0.0.1:2", ""), at("127.0.0.1:3", "")}
	seen := map[*upstream]bool{}

	for range 1000 {
		seen[choose(upstreams, "", nil, time.Now())] = true
	}

	require.Len(t, seen, 3)
}

func TestChoose_NeverTheSameTwice(t *testing.T) {
	t.Parallel()

	one, two := at("127.0.0.1:1", ""), at("127.0.0.1:2", "")

	require.Same(t, two, choose([]*upstream{one, two}, "", []*upstream{one}, time.Now()))
	require.Nil(t, choose([]*upstream{one, two}, "", []*upstream{one, two}, time.Now()))
	require.Nil(t, choose(nil, "", nil, time.Now()))
}
