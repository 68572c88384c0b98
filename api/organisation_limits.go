package api

import (
	"context"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// limitKnownFor is how long a process goes by the limit of an organisation before it reads it again.
	limitKnownFor = 15 * time.Second
	// streamBytesPerSecond is how many bytes of logs a process sends to all together who follow logs of one organisation. They get every line, the later
	// the more of them there are.
	streamBytesPerSecond = 4 << 20
)

// organisationUse counts what is asked of this process about each organisation, whoever asks.
type organisationUse struct {
	mutex         sync.Mutex
	organisations map[uuid.UUID]*useOfOrganisation
}

// useOfOrganisation is what is asked about one organisation.
type useOfOrganisation struct {
	requests  *rate.Limiter
	perMinute int
	readAt    time.Time
	// streams has the bytes of followed logs.
	streams *rate.Limiter
	// inMinute counts the requests of the minute.
	minute   time.Time
	inMinute int64
	last     time.Time
}

func newOrganisationUse() *organisationUse {
	return &organisationUse{organisations: map[uuid.UUID]*useOfOrganisation{}}
}

// request counts a request about an organisation. It returns how long the caller has to wait before the next one is answered, which is 0 where this
// one is, and the limit. Read tells the limit of an organisation where it is not known any more.
func (u *organisationUse) request(organisation uuid.UUID, read func() (int, error)) (wait time.Duration, perMinute int, err error) {
	if now := time.Now(); !u.knows(organisation, now) {
		perMinute, err := read()
		if err != nil {
			return 0, 0, err
		}

		u.learn(organisation, perMinute, now)
	}

	u.mutex.Lock()
	defer u.mutex.Unlock()

	use, now := u.organisations[organisation], time.Now()
	if use == nil {
		return 0, 0, nil // Forgotten since: there are very many.
	}

	if minute := now.Truncate(time.Minute); minute != use.minute {
		use.minute, use.inMinute = minute, 0
	}

	reservation := use.requests.ReserveN(now, 1)
	use.last = now

	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
	} else {
		use.inMinute++
	}

	return wait, use.perMinute, nil
}

func (u *organisationUse) knows(organisation uuid.UUID, now time.Time) bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	use := u.organisations[organisation]

	return use != nil && now.Sub(use.readAt) < limitKnownFor
}

func (u *organisationUse) learn(organisation uuid.UUID, perMinute int, now time.Time) {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	limit, burst := rate.Limit(float64(perMinute)/time.Minute.Seconds()), max(perMinute/burstShare, 1)

	use := u.organisations[organisation]
	if use == nil {
		u.forget(now)

		use = &useOfOrganisation{
			requests: rate.NewLimiter(limit, burst), streams: rate.NewLimiter(streamBytesPerSecond, streamBytesPerSecond), last: now,
		}
		u.organisations[organisation] = use
	}

	if use.perMinute != perMinute {
		use.requests.SetLimitAt(now, limit)
		use.requests.SetBurstAt(now, burst)
	}

	use.perMinute, use.readAt = perMinute, now
}

// forget forgets organisations about which nobody has asked for so long that all of their requests may come again, where there are many.
func (u *organisationUse) forget(now time.Time) {
	if len(u.organisations) < manyCallers {
		return
	}

	for organisation, use := range u.organisations {
		if now.Sub(use.last) > time.Minute {
			delete(u.organisations, organisation)
		}
	}
}

// pace is how long a stream of an organisation has to wait before it sends so many bytes. It counts them.
func (u *organisationUse) pace(organisation uuid.UUID, bytes int) time.Duration {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	use, now := u.organisations[organisation], time.Now()
	if use == nil {
		return 0
	}

	use.last = now

	return use.streams.ReserveN(now, min(bytes, streamBytesPerSecond)).DelayFrom(now)
}

// inThisMinute is how many requests about an organisation this process has answered since the minute began.
func (u *organisationUse) inThisMinute(organisation uuid.UUID) int64 {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	use := u.organisations[organisation]
	if use == nil || use.minute != time.Now().Truncate(time.Minute) {
		return 0
	}

	return use.inMinute
}

// limitOrganisation returns a problem where too much is asked about an organisation, whose member the caller is, and with it the time after which to
// ask again.
func (s *service) limitOrganisation(ctx context.Context, organisation uuid.UUID) (time.Duration, error) {
	wait, perMinute, err := s.organisations.request(organisation, func() (int, error) {
		limits, err := s.queries.GetLimits(ctx, organisation)

		return int(limits.RequestsPerMinute), err
	})
	if err != nil || wait == 0 {
		return 0, err
	}

	return wait, problem.New(problem.TooMany,
		"Your organisation sends more than %d requests a minute. Wait for %d s before you send the next.", perMinute, seconds(wait))
}

// limitAdmitted is limitOrganisation for a request that may run; the answer says after which time to ask again.
func (s *service) limitAdmitted(ctx huma.Context, admitted admission) error {
	if admitted.organisation == uuid.Nil {
		return nil
	}

	wait, err := s.limitOrganisation(ctx.Context(), admitted.organisation)
	if wait > 0 {
		retryAfter(ctx, wait)
	}

	return err
}

// paceStream waits until a stream of the caller may send so many bytes. Where the process stops before it returns errGone.
func (s *service) paceStream(ctx context.Context, bytes int) error {
	timer := time.NewTimer(s.organisations.pace(organisationOf(ctx), bytes))
	defer timer.Stop()

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopping:
		return errGone
	case <-timer.C:
		return nil
	}
}
