package api

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/time/rate"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// AnonymousLimits bound what is asked by those who have not signed in.
//
//nolint:lll // One variable a line.
type AnonymousLimits struct {
	AnonymousRequestsPerMinute int `doc:"How many attempts to sign in of one address an api process answers in a minute; beyond it answers 429." env:"ZEITWORK_API_SIGN_INS_PER_MINUTE" envDefault:"120"`
}

// clientOf returns the address that a request comes from: of those that trusted proxies name, the last that is none of theirs.
func (c Config) clientOf(request *http.Request) netip.Addr {
	port, err := netip.ParseAddrPort(request.RemoteAddr)
	if err != nil {
		return netip.IPv6Unspecified()
	}

	address, forwarded := port.Addr().Unmap(), strings.Join(request.Header.Values("X-Forwarded-For"), ",")
	isTrusted := func(prefix netip.Prefix) bool { return prefix.Contains(address) }

	for _, named := range slices.Backward(strings.Split(forwarded, ",")) {
		parsed, err := netip.ParseAddr(strings.TrimSpace(named))
		if err != nil || !slices.ContainsFunc(c.TrustedProxies, isTrusted) {
			break
		}

		address = parsed.Unmap()
	}

	return address
}

// anonymousUse counts what is asked of this process by those who have not signed in, for each key.
type anonymousUse[K comparable] struct {
	perMinute int

	mutex    sync.Mutex
	limiters map[K]*rate.Limiter
}

func newAnonymousUse[K comparable](perMinute int) *anonymousUse[K] {
	return &anonymousUse[K]{perMinute: perMinute, limiters: map[K]*rate.Limiter{}}
}

// take counts a request of a key and returns how long it has to wait before the next is answered, which is 0 where this one is.
func (u *anonymousUse[K]) take(key K) time.Duration {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	limiter := u.limiters[key]
	if limiter == nil {
		// A key that was forgotten has a whole burst again: with so many keys that is of no matter.
		if len(u.limiters) >= manyCallers {
			clear(u.limiters)
		}

		limiter = rate.NewLimiter(rate.Limit(float64(u.perMinute)/time.Minute.Seconds()), max(u.perMinute/burstShare, 1))
		u.limiters[key] = limiter
	}

	now := time.Now()
	reservation := limiter.ReserveN(now, 1)

	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}

	return wait
}

// addressUse counts what each address asks.
type addressUse struct {
	networks *anonymousUse[netip.Prefix]
}

func newAddressUse(perMinute int) *addressUse {
	return &addressUse{networks: newAnonymousUse[netip.Prefix](perMinute)}
}

// request counts a request of an address. Addresses of IPv6 count by their /64, of which everybody has all.
func (u *addressUse) request(address netip.Addr) time.Duration {
	const network = 64

	prefix, err := address.Prefix(min(address.BitLen(), network))
	if err != nil {
		prefix = netip.Prefix{}
	}

	return u.networks.take(prefix)
}

// limitAddress returns a problem for addresses that ask too much, and has the answer say after which time they may ask again.
func (s *service) limitAddress(ctx huma.Context) error {
	request, _ := humago.Unwrap(ctx)

	wait := s.addresses.request(s.config.clientOf(request))
	if wait == 0 {
		return nil
	}

	retryAfter(ctx, wait)

	return s.tooManySignIns(wait)
}

func (s *service) tooManySignIns(wait time.Duration) error {
	return problem.New(problem.TooMany, "There are more than %d attempts to sign in a minute from your address. Wait for %d s before the next.",
		s.config.AnonymousRequestsPerMinute, seconds(wait))
}

// limited lets an address have a form answered only as often as the limit says.
func (s *service) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		if wait := s.addresses.request(s.config.clientOf(request)); wait > 0 {
			s.showWait(writer, request, wait, s.tooManySignIns(wait))

			return
		}

		next(writer, request)
	}
}

// showWait refuses a request, and says after which time it is answered.
func (s *service) showWait(writer http.ResponseWriter, request *http.Request, wait time.Duration, refusal error) {
	writer.Header().Set("Retry-After", strconv.Itoa(seconds(wait)))
	s.showProblem(writer, request, refusal)
}

// limitedInstall lets an address fetch what makes it a node only as often as the limit says: the program is large, and nobody signs in for it.
func (s *service) limitedInstall(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if wait := s.addresses.request(s.config.clientOf(request)); wait > 0 {
			writer.Header().Set("Retry-After", strconv.Itoa(seconds(wait)))
			http.Error(writer, "Your address has asked too often: wait for "+strconv.Itoa(seconds(wait))+" s.", http.StatusTooManyRequests)

			return
		}

		next.ServeHTTP(writer, request)
	})
}

type clientKey struct{}

// noteClient is the Huma middleware that keeps the address of whoever asks.
func (s *service) noteClient(ctx huma.Context, next func(huma.Context)) {
	request, _ := humago.Unwrap(ctx)
	next(huma.WithValue(ctx, clientKey{}, s.config.clientOf(request)))
}

// clientIn returns the address that the request of an operation comes from.
func clientIn(ctx context.Context) netip.Addr {
	address, _ := ctx.Value(clientKey{}).(netip.Addr)

	return address
}
