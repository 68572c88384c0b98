package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// CallerLimits bound what one user may ask of one api process, so that nobody keeps it from the others. Nodes and edges are not bounded.
type CallerLimits struct {
	RequestsPerMinute int `doc:"How many requests of one user an api process answers in a minute; beyond it answers 429."   env:"ZEITWORK_API_REQUESTS_PER_MINUTE" envDefault:"6000"` //nolint:lll // One variable a line.
	Organisations     int `doc:"How many organisations a user may own; operators may own any number."                      env:"ZEITWORK_API_ORGANISATIONS"       envDefault:"20"`    //nolint:lll // One variable a line.
	Streams           int `doc:"How many streams of one user an api process has open at once; beyond it answers 429."       env:"ZEITWORK_API_STREAMS"             envDefault:"50"`   //nolint:lll // One variable a line.
}

const (
	// burstShare is the share of a minute's requests that may come at once.
	burstShare = 6
	// manyCallers is from how many callers on those are forgotten that were not heard of for a minute, when a new one comes.
	manyCallers = 10_000
)

// callerUse counts what the users ask of this process.
type callerUse struct {
	limits CallerLimits

	mutex   sync.Mutex
	callers map[uuid.UUID]*useOfOne
}

// useOfOne is what one user asks.
type useOfOne struct {
	requests *rate.Limiter
	streams  int
	last     time.Time
}

func newCallerUse(limits CallerLimits) *callerUse {
	return &callerUse{limits: limits, callers: map[uuid.UUID]*useOfOne{}}
}

// of returns the use of a user. The mutex is held.
func (u *callerUse) of(user uuid.UUID, now time.Time) *useOfOne {
	found := u.callers[user]
	if found == nil {
		u.forget(now)

		perMinute := u.limits.RequestsPerMinute
		found = &useOfOne{requests: rate.NewLimiter(rate.Limit(float64(perMinute)/time.Minute.Seconds()), max(perMinute/burstShare, 1))}
		u.callers[user] = found
	}

	found.last = now

	return found
}

// forget forgets users who were not heard of for so long that all of their requests may come again, where there are many.
func (u *callerUse) forget(now time.Time) {
	if len(u.callers) < manyCallers {
		return
	}

	for user, use := range u.callers {
		if use.streams == 0 && now.Sub(use.last) > time.Minute {
			delete(u.callers, user)
		}
	}
}

// request counts a request of a user. It returns how long the user has to wait before the next one is answered, which is 0 where this one is.
func (u *callerUse) request(user uuid.UUID) time.Duration {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	now := time.Now()

	reservation := u.of(user, now).requests.ReserveN(now, 1)

	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}

	return wait
}

// openStream counts a stream of a user until its end is told by the returned function. It returns a problem where the user has too many.
func (u *callerUse) openStream(user uuid.UUID) (end func(), err error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	use := u.of(user, time.Now())
	if use.streams >= u.limits.Streams {
		return nil, problem.New(problem.TooMany,
			"You may have at most %d streams open at once, of logs, deployments and changes. End one of them first.", u.limits.Streams)
	}

	use.streams++

	return func() {
		u.mutex.Lock()
		defer u.mutex.Unlock()

		use.streams--
	}, nil
}

// limit returns a problem for users who ask too much, and has the answer say after which time they may ask again. What tokens of organisations ask
// counts for the user who made them.
func (s *service) limit(ctx huma.Context, who caller) error {
	if who.userID == uuid.Nil {
		return nil
	}

	wait := s.use.request(who.userID)
	if wait == 0 {
		return nil
	}

	retryAfter(ctx, wait)

	return s.tooManyRequests(wait)
}

func (s *service) tooManyRequests(wait time.Duration) error {
	return problem.New(problem.TooMany,
		"You send more than %d requests a minute. Wait for %d s before you send the next.", s.use.limits.RequestsPerMinute, seconds(wait))
}

// retryAfter has the answer say after which time to ask again.
func retryAfter(ctx huma.Context, wait time.Duration) {
	ctx.SetHeader("Retry-After", strconv.Itoa(seconds(wait)))
}

// askAgainAfter has the answer to a request whose handler returns the error say after which time to ask again.
func askAgainAfter(wait time.Duration, err error) error {
	return huma.ErrorWithHeaders(err, http.Header{"Retry-After": {strconv.Itoa(seconds(wait))}})
}

func seconds(wait time.Duration) int { return int(math.Ceil(wait.Seconds())) }
