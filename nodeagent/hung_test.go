package nodeagent

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func yes() bool { return true }
func no() bool  { return false }

func TestSilence_CountsTheTimeInWhichTheAppWasAskedAlone(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var s silence

		for range 12 {
			asked := time.Now()
			time.Sleep(5 * time.Second)
			s = s.after(asked)
		}

		require.Equal(t, time.Minute, s.lasts)

		time.Sleep(time.Hour)
		require.Equal(t, time.Minute+longestProbe, s.after(time.Now()).lasts, "nobody asked in the hour")
	})
}

func TestSilence_WhereTheNodeMayBeTheReason_LastsLonger(t *testing.T) {
	t.Parallel()

	silent := func(lasts time.Duration) silence { return silence{lasts: lasts} }

	require.False(t, silent(59*time.Second).isHung(time.Minute, no))
	require.True(t, silent(time.Minute).isHung(time.Minute, no))
	require.False(t, silent(time.Minute).isHung(time.Minute, yes))
	require.True(t, silent(5*time.Minute).isHung(time.Minute, yes), "also where all apps of the node hang")
	require.False(t, silent(time.Hour).isHung(0, no), "it is turned off")
}

func TestListen_AnAppThatAnswersOrWasNeverHealthyIsNotSilent(t *testing.T) {
	t.Parallel()

	m := &machine{agent: &Agent{}}
	before := silence{lasts: time.Second}
	refused, maintained, unreachable := &complaint{silent: true}, &complaint{answered: true}, complaintf("no route")

	require.Zero(t, m.listen(t.Context(), silence{}, refused, time.Now()).lasts, "it is starting")

	m.answeredAt.Store(1)
	require.Greater(t, m.listen(t.Context(), before, refused, time.Now()).lasts, time.Second)
	require.Zero(t, m.listen(t.Context(), before, maintained, time.Now()).lasts)
	require.Zero(t, m.listen(t.Context(), before, unreachable, time.Now()).lasts)
}

func TestProber_TellsAnAppThatIsSilentFromOneThatReportsTrouble(t *testing.T) {
	t.Parallel()

	p := proberOf(t, answer(http.StatusServiceUnavailable))
	c := p.ask(t.Context())
	require.True(t, c.answered)
	require.False(t, c.silent)

	p = proberOf(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	c = p.ask(t.Context())
	require.False(t, c.answered)
	require.True(t, c.silent)
}

func TestOthersAreSilent_OnlyWhereThereAreOthersThatWereHealthy(t *testing.T) {
	t.Parallel()

	agent := &Agent{machines: map[uuid.UUID]*machine{}}
	add := func(answered time.Time) *machine {
		m := &machine{agent: agent}
		if !answered.IsZero() {
			m.answeredAt.Store(answered.UnixNano())
		}

		agent.machines[uuid.New()] = m

		return m
	}

	hung := add(time.Now().Add(-time.Minute))
	require.False(t, agent.othersAreSilent(hung), "it is the only VM")

	add(time.Time{})
	require.False(t, agent.othersAreSilent(hung), "the other one was never healthy")

	add(time.Now().Add(-time.Minute))
	require.True(t, agent.othersAreSilent(hung))

	add(time.Now())
	require.False(t, agent.othersAreSilent(hung))
}
