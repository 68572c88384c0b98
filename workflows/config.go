package workflows

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"time"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// Config is a worker's configuration.
//
//nolint:lll // One field a line, with its documentation.
type Config struct {
	setting.Previews
	setting.Domains
	setting.Edge

	Name            string               `doc:"Name of the worker in timelines; the machine's name when empty."                                                   env:"ZEITWORK_WORKER_NAME"`
	SourceSlots     int                  `doc:"How many sources a worker fetches and inspects at the same time."                                                   env:"ZEITWORK_WORKER_SOURCE_SLOTS" envDefault:"8"`
	BuildSlots      int                  `doc:"How many builds a worker has under way at the same time."                                                          env:"ZEITWORK_WORKER_BUILD_SLOTS"  envDefault:"4"`
	ReleaseSlots    int                  `doc:"How many images a worker publishes, schedules or makes live at the same time."                                     env:"ZEITWORK_WORKER_RELEASE_SLOTS" envDefault:"16"`
	WaitSlots       int                  `doc:"How many deployments a worker waits for at the same time: until they are healthy, gone, or their release command has ended."                        env:"ZEITWORK_WORKER_WAIT_SLOTS"   envDefault:"500"`
	StopTimeout     time.Duration        `doc:"How long steps may go on when the worker is told to stop, before another worker has to begin them again."          env:"ZEITWORK_WORKER_STOP_TIMEOUT" envDefault:"3s"`
	HealthTimeout   time.Duration        `doc:"How long an app may take from its start until it is healthy. Time in which its node or the api is away does not count."                                         env:"ZEITWORK_HEALTH_TIMEOUT"      envDefault:"60s"`
	DrainTime       time.Duration        `doc:"How long requests to a replaced deployment may take to end, once no edge sends it new ones and before it gets SIGTERM." env:"ZEITWORK_DRAIN_TIME"     envDefault:"10s"`
	KeepWarm        time.Duration        `doc:"How long the VMs of the deployment that was live before run on, so that a rollback to it takes no start."             env:"ZEITWORK_KEEP_WARM"           envDefault:"5m"`
	StartTimeout    time.Duration        `doc:"How long nodes may take to start the VMs of a deployment: to pull its image and to begin. Time in which a node or the api is away does not count."             env:"ZEITWORK_START_TIMEOUT"       envDefault:"10m"`
	ReleaseTimeout  time.Duration        `doc:"How long the release command of a deployment may run before it is stopped and the deployment fails; at most 1h."     env:"ZEITWORK_RELEASE_TIMEOUT"     envDefault:"10m"`
	AddressCooldown time.Duration        `doc:"How long the address of a removed VM rests before another VM may get it."                                          env:"ZEITWORK_IP_COOLDOWN"         envDefault:"30s"`
	NodeLostAfter   time.Duration        `doc:"How long a node may be silent, while an api answers, before its VMs are placed on other nodes."                   env:"ZEITWORK_NODE_LOST_AFTER"     envDefault:"60s"`
	IllAfter        time.Duration        `doc:"How long an instance may not be healthy, although its node starts it again, before another one is tried on another node; at least 1m. 0s: for ever." env:"ZEITWORK_INSTANCE_ILL_AFTER" envDefault:"10m"`
	GitHubSlots     int                  `doc:"How much a worker tells GitHub at the same time. Deployments never wait for it."                                       env:"ZEITWORK_WORKER_GITHUB_SLOTS" envDefault:"8"`
	NotifySlots     int                  `doc:"How many messages a worker sends to channels of organisations at the same time. Deployments never wait for it." env:"ZEITWORK_WORKER_NOTIFY_SLOTS" envDefault:"16"`
	DashboardURL    url.URL              `doc:"Where people look at deployments: what GitHub and channels are told links to <url>/deployments/<id>. Empty: to the app alone."        env:"ZEITWORK_DASHBOARD_URL"`
	PollInterval    time.Duration        `doc:"How often a repository is looked at that was pushed to within the last hour: installations of the GitHub App twice as often, idle ones up to twelve times more seldom." env:"ZEITWORK_POLL_INTERVAL"       envDefault:"10s"`
	CheckInterval   time.Duration        `doc:"How often GitHub is asked how the installations of the GitHub App are: removed, suspended, or renamed."                 env:"ZEITWORK_GITHUB_CHECK_INTERVAL" envDefault:"3m"`
	GarbageInterval time.Duration        `doc:"How often what is not kept any more is looked for and removed, and all certificates are looked at."                                                    env:"ZEITWORK_GARBAGE_INTERVAL"    envDefault:"10m"`
	KeepReleases    int32                `doc:"How many deployments of a project that were live can be rolled back to, and how many of its sources are kept."       env:"ZEITWORK_KEEP_RELEASES"       envDefault:"10"`
	LogRetention    time.Duration        `doc:"How long lines of build and runtime logs are kept, and requests; the latter up to a day longer, and two days at least."                                                               env:"ZEITWORK_LOG_RETENTION"       envDefault:"168h"`
	LogLines        int32                `doc:"How many lines of its build log and of its runtime log are kept of a deployment."                                 env:"ZEITWORK_LOG_LINES"           envDefault:"100000"`
	RequestRecords  int32                `doc:"How many requests to the deployments of a project are kept: the newest."                                                    env:"ZEITWORK_REQUEST_RECORDS"     envDefault:"100000"`
	BaseImages      buildplan.BaseImages `doc:"Path of a JSON file with the images that generated Dockerfiles start from; see zeitwork base-images." env:"ZEITWORK_BASE_IMAGES,file"`
	JobRetention    time.Duration        `doc:"How long finished jobs are kept for operators to look at."                                                         env:"ZEITWORK_JOB_RETENTION"       envDefault:"24h"`

	DeploymentRetention time.Duration `doc:"How long deployments that have ended are kept beyond those that can be rolled back to, and as long the events of projects and what is left of deleted ones; at least 24h. Deployments stay as long as their logs." env:"ZEITWORK_DEPLOYMENT_RETENTION" envDefault:"2160h"`
	AuditRetention      time.Duration `doc:"How long the audit log is kept; at least 24h."                                                            env:"ZEITWORK_AUDIT_RETENTION"      envDefault:"9600h"`

	RebalanceAfter time.Duration `doc:"How long an instance has been on its node before it may be moved, without losing a request, to one with fewer of its deployment or with more room, such as a node that was added; at least 1m. 0s: never." env:"ZEITWORK_REBALANCE_AFTER" envDefault:"10m"`
	RebalanceGap   int           `doc:"How many percent of a node's memory another one of its region must have more of free before instances are moved to it for that; at least 5." env:"ZEITWORK_REBALANCE_GAP" envDefault:"20"`
}

// shortestRetention leaves people and running jobs the time to look at what has ended.
const shortestRetention = 24 * time.Hour

// check returns an error for bounds that would keep nothing or everything.
func (c Config) check() error {
	switch {
	case c.MaxPreviews < 0:
		return errors.New("ZEITWORK_MAX_PREVIEWS must be 0 or more")
	case c.ReleaseTimeout <= 0 || c.ReleaseTimeout > time.Hour:
		return errors.New("ZEITWORK_RELEASE_TIMEOUT must be longer than 0s and at most 1h")
	case c.DrainTime < 0 || c.DrainTime > 24*time.Hour:
		return errors.New("ZEITWORK_DRAIN_TIME must be at least 0s and at most 24h")
	case c.KeepReleases < 0:
		return errors.New("ZEITWORK_KEEP_RELEASES must be 0 or more")
	case c.LogRetention <= 0:
		return errors.New("ZEITWORK_LOG_RETENTION must be longer than 0s")
	case c.LogLines <= 0:
		return errors.New("ZEITWORK_LOG_LINES must be 1 or more")
	case c.RequestRecords <= 0:
		return errors.New("ZEITWORK_REQUEST_RECORDS must be 1 or more")
	case c.DeploymentRetention < shortestRetention:
		return errors.New("ZEITWORK_DEPLOYMENT_RETENTION must be at least 24h")
	case c.AuditRetention < shortestRetention:
		return errors.New("ZEITWORK_AUDIT_RETENTION must be at least 24h")
	case c.JobRetention <= 0:
		return errors.New("ZEITWORK_JOB_RETENTION must be longer than 0s")
	default:
		return errors.Join(c.checkDashboard(), c.checkIntervals())
	}
}

// illAfter returns how long an instance may not be healthy before another one is tried elsewhere.
func (c Config) illAfter() time.Duration {
	if c.IllAfter == 0 {
		return math.MaxInt64 / 2 //nolint:mnd // Longer than a platform lives, and short enough to be added to.
	}

	return c.IllAfter
}

func (c Config) checkIntervals() error {
	switch {
	case c.PollInterval <= 0:
		return errors.New("ZEITWORK_POLL_INTERVAL must be longer than 0s")
	case c.CheckInterval <= 0:
		return errors.New("ZEITWORK_GITHUB_CHECK_INTERVAL must be longer than 0s")
	case c.GarbageInterval <= 0:
		return errors.New("ZEITWORK_GARBAGE_INTERVAL must be longer than 0s")
	case c.IllAfter != 0 && c.IllAfter < time.Minute:
		return errors.New("ZEITWORK_INSTANCE_ILL_AFTER must be 0s or at least 1m")
	case c.RebalanceAfter != 0 && c.RebalanceAfter < time.Minute:
		return errors.New("ZEITWORK_REBALANCE_AFTER must be 0s or at least 1m")
	case c.RebalanceAfter != 0 && c.RebalanceGap < leastGap:
		return fmt.Errorf("ZEITWORK_REBALANCE_GAP must be at least %d", leastGap)
	default:
		return nil
	}
}

// leastGap is the smallest difference, in percent of a node's memory, for which instances are moved: less is not worth their start.
const leastGap = 5

// checkDashboard returns an error for an address that GitHub would take for no link.
func (c Config) checkDashboard() error {
	isWeb := c.DashboardURL.Host != "" && (c.DashboardURL.Scheme == "https" || c.DashboardURL.Scheme == "http")
	if c.DashboardURL == (url.URL{}) || isWeb {
		return nil
	}

	return errors.New("ZEITWORK_DASHBOARD_URL must be a URL of the web, such as https://app.example.com")
}
