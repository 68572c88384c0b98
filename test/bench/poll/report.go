package poll

import (
	"fmt"
	"os"
	"time"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/rig"
)

// waiting is a push that no deployment has come of yet.
type waiting struct {
	commit string
	at     time.Time
	// isActive tells that something was pushed to the repository within the hour before.
	isActive bool
	// hour is that of the run.
	hour int
}

// row is what happened to the pushes of an hour.
type row struct {
	pushes, queued int
	active, idle   []time.Duration
	requests       int
}

type report struct {
	waiting map[int][]waiting
	last    map[int]time.Time
	// commits are those that were deployed, by repository.
	commits    map[int]map[string]bool
	rows       map[int]*row
	duplicated int
	// overtaken were pushed to again before they were seen, so that the later commit is deployed with theirs.
	overtaken int
	requests  int
}

func newReport() *report {
	return &report{waiting: map[int][]waiting{}, last: map[int]time.Time{}, commits: map[int]map[string]bool{}, rows: map[int]*row{}}
}

func (r *report) row(hour int) *row {
	if r.rows[hour] == nil {
		r.rows[hour] = &row{}
	}

	return r.rows[hour]
}

// pushed notes a push to a repository, so long after the beginning. One without a commit is not to be deployed.
func (r *report) pushed(push pushed, since time.Duration) {
	last, has := r.last[push.repository]
	r.last[push.repository] = push.at

	if push.commit == "" {
		return
	}

	hour := int(since / time.Hour)
	r.row(hour).pushes++
	r.waiting[push.repository] = append(r.waiting[push.repository], waiting{
		commit: push.commit, at: push.at, isActive: has && push.at.Sub(last) < time.Hour, hour: hour,
	})
}

// queued notes the deployment of a commit. It stands for the pushes before that were not seen, too.
func (r *report) queued(repository int, commit string, at time.Time) {
	if r.commits[repository] == nil {
		r.commits[repository] = map[string]bool{}
	}

	if r.commits[repository][commit] {
		r.duplicated++
	}

	r.commits[repository][commit] = true

	all := r.waiting[repository]
	for n, push := range all {
		if push.commit != commit {
			continue
		}

		for _, seen := range all[:n+1] {
			row := r.row(seen.hour)
			if took := at.Sub(seen.at); seen.isActive {
				row.active = append(row.active, took)
			} else {
				row.idle = append(row.idle, took)
			}
		}

		r.row(push.hour).queued++
		r.overtaken += n
		r.waiting[repository] = all[n+1:]

		return
	}

	r.duplicated++ // It was deployed already, or never pushed.
}

// hour ends an hour of the run.
func (r *report) hour(since time.Duration, usage map[string]fakegithub.Usage) {
	hour := int(since/time.Hour) - 1
	total := 0

	for _, u := range usage {
		total += u.Requests
	}

	row := r.row(hour)
	row.requests = total - r.requests
	r.requests = total

	fmt.Fprintln(os.Stderr, row.line(hour))
}

func (r *row) line(hour int) string {
	return fmt.Sprintf("%4d %8d %8d %12.1f %12.1f %12.1f %12.1f %10d", hour, r.pushes, r.queued, rig.Percentile(r.active, half).Seconds(),
		rig.Percentile(r.active, most).Seconds(), rig.Percentile(r.idle, half).Seconds(), rig.Percentile(r.idle, most).Seconds(), r.requests)
}

const (
	half = 0.5
	most = 0.95
	// The targets.
	activeTarget, idleTarget = 10 * time.Second, time.Minute
)

// print writes the table and the last line.
func (r *report) print(usage map[string]fakegithub.Usage) error {
	var active, idle []time.Duration

	fmt.Printf("hour   pushes   queued   active p50   active p95     idle p50     idle p95   requests\n")

	for hour := range len(r.rows) {
		row := r.row(hour)
		fmt.Println(row.line(hour))
		active, idle = append(active, row.active...), append(idle, row.idle...)
	}

	missed, hits, atMost := 0, 0, fakegithub.Usage{}
	for _, left := range r.waiting {
		missed += len(left)
	}

	for _, u := range usage {
		hits += u.Refused
		atMost.MostPerHour = max(atMost.MostPerHour, u.MostPerHour)
		atMost.MostGraphQLPointsPerMinute = max(atMost.MostGraphQLPointsPerMinute, u.MostGraphQLPointsPerMinute)
		atMost.MostPointsPerMinute = max(atMost.MostPointsPerMinute, u.MostPointsPerMinute)
		atMost.MostAtOnce = max(atMost.MostAtOnce, u.MostAtOnce)
	}

	fmt.Printf("\nactive: a repository that was pushed to within the hour before, %d pushes; idle: all others, %d. %d pushes were overtaken by the next one.\n",
		len(active), len(idle), r.overtaken)
	fmt.Printf("The most of one caller: %d points in an hour, %d of GraphQL and %d of REST in a minute, %d requests at once.\n\n",
		atMost.MostPerHour, atMost.MostGraphQLPointsPerMinute, atMost.MostPointsPerMinute, atMost.MostAtOnce)

	p95, idle95 := rig.Percentile(active, most), rig.Percentile(idle, most)
	fmt.Printf("push_p95_s=%.1f idle_p95_s=%.1f limit_hits=%d missed=%d duplicated=%d\n", p95.Seconds(), idle95.Seconds(), hits, missed, r.duplicated)

	if p95 > activeTarget || idle95 > idleTarget || hits+missed+r.duplicated > 0 {
		return fmt.Errorf("the targets are %s where there was activity and %s where not, and nothing passed, missed or deployed twice", activeTarget, idleTarget)
	}

	return nil
}
