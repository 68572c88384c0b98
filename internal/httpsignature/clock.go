package httpsignature

import (
	"net/http"
	"strconv"
	"time"
)

// clockField has what the clock of the machine says that sends the request, in milliseconds since 1970. It is not signed: operators are told of clocks that are
// wrong, and nothing else goes by it.
const clockField = "Zeitwork-Clock"

// ClockAhead is how far the clock of whoever has sent the request is ahead of this one. A machine of a version before does not tell.
func ClockAhead(request *http.Request, now time.Time) (time.Duration, bool) {
	milliseconds, err := strconv.ParseInt(request.Header.Get(clockField), 10, 64)
	if err != nil {
		return 0, false
	}

	return time.UnixMilli(milliseconds).Sub(now), true
}

func tellClock(request *http.Request, now time.Time) {
	request.Header.Set(clockField, strconv.FormatInt(now.UnixMilli(), 10))
}
