package nodeagent

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

// at is a reading so long after noon.
func at(after, cpu time.Duration, memory, received, sent int64) reading {
	noon := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

	return reading{noon.Add(after), containers.Use{CPU: cpu, MemoryBytes: memory}, received, sent}
}

func (u *usage) read(vm uuid.UUID, r reading) int {
	return u.update(r.at, map[uuid.UUID]reading{vm: r}, nil)
}

// afterwards is later than all that the tests measure.
func afterwards() time.Time { return at(24*time.Hour, 0, 0, 0, 0).at }

func TestUsage_DifferencesOfReadings_GoToTheirMinutes(t *testing.T) {
	t.Parallel()

	u, vm := newUsage(), uuid.New()
	u.begin(vm, at(40*time.Second, 0, 0, 100, 200))
	u.read(vm, at(50*time.Second, time.Second, 1000, 150, 300))
	u.read(vm, at(60*time.Second, 3*time.Second, 3000, 160, 310))
	u.read(vm, at(70*time.Second, 4*time.Second, 500, 170, 320))

	noon := at(0, 0, 0, 0, 0).at
	require.Nil(t, u.next(noon.Add(59*time.Second)), "the minute is not over")

	report := u.next(noon.Add(119 * time.Second))
	require.EqualValues(t, 1, report.Sequence)
	require.WithinDuration(t, time.Now(), report.SentAt, time.Minute)
	require.Equal(t, []client.VMUsage{{
		VMID: vm, Minute: noon, MeasuredMillis: 20_000, CPUMicros: 3_000_000, MemoryByteSeconds: 40_000, MemoryMaxBytes: 3000,
		ReceivedBytes: 60, SentBytes: 110,
	}}, report.VMS)

	again := u.next(afterwards())
	require.Equal(t, report.VMS, again.VMS, "until the API has counted it")
	require.Equal(t, report.Sequence, again.Sequence)

	u.forget(again)

	rest := u.next(afterwards())
	require.EqualValues(t, 2, rest.Sequence)
	require.Equal(t, []client.VMUsage{{
		VMID: vm, Minute: noon.Add(time.Minute), MeasuredMillis: 10_000, CPUMicros: 1_000_000, MemoryByteSeconds: 5000, MemoryMaxBytes: 500,
		ReceivedBytes: 10, SentBytes: 10,
	}}, rest.VMS)
	u.forget(rest)
	require.Nil(t, u.next(afterwards()))
}

func TestUsage_AdoptedVM_CountsFromWhenItWasFirstRead(t *testing.T) {
	t.Parallel()

	u, vm := newUsage(), uuid.New()
	u.read(vm, at(0, time.Hour, 1, 1<<40, 1<<40))
	require.Nil(t, u.next(afterwards()))
	u.read(vm, at(10*time.Second, time.Hour+time.Second, 1, 1<<40+5, 1<<40))
	require.EqualValues(t, 1_000_000, u.next(afterwards()).VMS[0].CPUMicros)
}

func TestUsage_VMThatStartsAgain_CountsFromZero(t *testing.T) {
	t.Parallel()

	u, vm := newUsage(), uuid.New()
	u.begin(vm, at(0, 0, 0, 0, 0))
	u.read(vm, at(10*time.Second, 9*time.Second, 1, 500, 0))
	u.restarted(vm) // It belongs to the minute in which the test runs.
	u.begin(vm, at(12*time.Second, 0, 0, 500, 0))
	u.read(vm, at(20*time.Second, 2*time.Second, 1, 600, 0))

	report := u.next(afterwards().AddDate(1000, 0, 0))
	require.EqualValues(t, 11_000_000, report.VMS[0].CPUMicros)
	require.EqualValues(t, 600, report.VMS[0].ReceivedBytes)
	require.EqualValues(t, 18_000, report.VMS[0].MeasuredMillis, "not the time between")
	require.EqualValues(t, 1, report.VMS[1].Restarts)
}

func TestUsage_VMThatIsNotRead_IsNotMeasuredMeanwhile(t *testing.T) {
	t.Parallel()

	u, vm := newUsage(), uuid.New()
	u.read(vm, at(0, 0, 0, 0, 0))
	u.update(at(10*time.Second, 0, 0, 0, 0).at, map[uuid.UUID]reading{}, nil)
	u.read(vm, at(time.Hour, time.Minute, 0, 0, 0))
	require.Nil(t, u.next(afterwards()))
}

func TestUsage_VMThatDoesNotAnswer_IsMeasuredOnceItDoes(t *testing.T) {
	t.Parallel()

	u, vm, other := newUsage(), uuid.New(), uuid.New()
	update := func(second int64, now map[uuid.UUID]reading, silent ...uuid.UUID) {
		u.update(at(time.Duration(second)*time.Second, 0, 0, 0, 0).at, now, silent)
	}
	update(0, map[uuid.UUID]reading{vm: at(0, 0, 0, 0, 0), other: at(0, 0, 0, 0, 0)})
	update(10, map[uuid.UUID]reading{other: at(10*time.Second, time.Second, 0, 0, 0)}, vm, uuid.New())
	update(20, map[uuid.UUID]reading{vm: at(20*time.Second, 5*time.Second, 0, 70, 0), other: at(20*time.Second, 2*time.Second, 0, 0, 0)})

	used := lo.KeyBy(u.next(afterwards()).VMS, func(row client.VMUsage) uuid.UUID { return row.VMID })
	require.Len(t, used, 2)
	require.EqualValues(t, 5_000_000, used[vm].CPUMicros)
	require.EqualValues(t, 20_000, used[vm].MeasuredMillis)
	require.EqualValues(t, 70, used[vm].ReceivedBytes)
	require.EqualValues(t, 2_000_000, used[other].CPUMicros)
}

func TestUsage_VMThatStartsWhileOthersAreRead_CountsFromItsStart(t *testing.T) {
	t.Parallel()

	u, starts, restarts, asked := newUsage(), uuid.New(), uuid.New(), at(10*time.Second, 0, 0, 0, 0).at
	u.begin(starts, at(11*time.Second, 0, 0, 0, 0))
	u.begin(restarts, at(11*time.Second, 0, 0, 0, 0))
	u.update(asked, map[uuid.UUID]reading{restarts: at(12*time.Second, time.Hour, 0, 0, 0)}, nil)
	u.update(asked.Add(10*time.Second), map[uuid.UUID]reading{
		starts: at(20*time.Second, time.Second, 0, 0, 0), restarts: at(20*time.Second, 2*time.Second, 0, 0, 0),
	}, nil)

	used := lo.KeyBy(u.next(afterwards()).VMS, func(row client.VMUsage) uuid.UUID { return row.VMID })
	require.EqualValues(t, 1_000_000, used[starts].CPUMicros)
	require.EqualValues(t, 2_000_000, used[restarts].CPUMicros, "not what it used before")
	require.EqualValues(t, 9000, used[starts].MeasuredMillis)
}

func TestUsage_APIAwayForLong_GivesUpTheOldest(t *testing.T) {
	t.Parallel()

	u, vm, lost := newUsage(), uuid.New(), 0
	u.maxRows = 3

	for minute := range 6 {
		lost += u.read(vm, at(time.Duration(minute)*time.Minute, 0, 0, 0, 0))
	}

	require.Equal(t, 2, lost)
	require.Equal(t, at(2*time.Minute, 0, 0, 0, 0).at, u.next(afterwards()).VMS[0].Minute)
}

func TestUsage_MoreThanAReportMayHave_GoesIntoTheNext(t *testing.T) {
	t.Parallel()

	u, first, second := newUsage(), map[uuid.UUID]reading{}, map[uuid.UUID]reading{}

	for range usageRows + 1 {
		vm := uuid.New()
		first[vm], second[vm] = at(0, 0, 0, 0, 0), at(10*time.Second, 1, 1, 1, 1)
	}

	u.update(at(0, 0, 0, 0, 0).at, first, nil)
	u.update(at(10*time.Second, 0, 0, 0, 0).at, second, nil)

	report := u.next(afterwards())
	require.Len(t, report.VMS, usageRows)
	u.forget(report)
	require.Len(t, u.next(afterwards()).VMS, 1)
}

func TestUsage_ReportCountedTwice_TakesNoOtherWithIt(t *testing.T) {
	t.Parallel()

	u, vm := newUsage(), uuid.New()
	u.begin(vm, at(0, 0, 0, 0, 0))
	u.read(vm, at(10*time.Second, time.Second, 0, 0, 0))

	report, same := u.next(afterwards()), u.next(afterwards())
	u.forget(report)
	u.read(vm, at(70*time.Second, 2*time.Second, 0, 0, 0))

	other := u.next(afterwards())
	u.forget(same)
	require.True(t, u.isLeft())
	require.Equal(t, other.VMS, u.next(afterwards()).VMS)

	u.forget(other)
	require.False(t, u.isLeft())
}
