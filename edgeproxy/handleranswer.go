package edgeproxy

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	lowestStatus  = 100
	highestStatus = 999
)

// statusError is that of an answer whose status cannot be passed on.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("the app answered with the status %d", int(e))
}

// modifyResponse adds the request's id to the app's answer, and keeps net/http from adding anything else. It refuses a status for which net/http panics:
// that of an app may be any number, which net/http's client passes on as it came.
func (h *handler) modifyResponse(response *http.Response) error {
	if response.StatusCode < lowestStatus || response.StatusCode > highestStatus {
		return statusError(response.StatusCode)
	}

	if h.bounds.refusesAnswer(response.ContentLength) && response.Request.Method != http.MethodHead {
		return errAnswerLarge
	}

	e := exchangeOf(response.Request)
	e.status = response.StatusCode
	e.closeIfUnread(response.Request)
	e.answer.most = h.bounds.answer
	e.answer.begin(response, e.started)

	if e.body != nil {
		e.body.relax()
	}

	response.Header.Set(headerRequestID, e.id)
	e.remember(response.Header)

	if _, ok := response.Header["Content-Type"]; !ok {
		e.header["Content-Type"] = nil // net/http would guess one.
	}

	return nil
}

// fail answers a request that the app did not answer.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := exchangeOf(r)

	switch {
	case e.bodyFailed():
		// A client that has closed its side only can still read the answer.
		h.answer(w, r, e.bodyPage())
	case r.Context().Err() != nil:
		e.status = statusClientGone
		// If fail returned, a client that a drain cuts off would get an empty 200.
		panic(http.ErrAbortHandler)
	default:
		// The level is debug because visitors of a broken app would fill the log.
		h.logger.Debug("an app did not answer", slog.String("request_id", e.id), slog.String("host", e.host),
			logging.Deployment(e.route.deploymentID), logging.Error(err))
		h.answer(w, r, pageFor(err))
	}
}

func pageFor(err error) page {
	if sleeping, ok := errors.AsType[*sleepingError](err); ok {
		return sleeping.page()
	}

	switch {
	case errors.Is(err, errNoUpstream):
		return pageAppDown
	case errors.Is(err, errAnswerLarge):
		return pageAnswerTooLarge
	}

	switch reasonOf(err) {
	case reasonConnect, reasonUnseen:
		return pageAppDown
	case reasonTimeout:
		return pageAppSlow
	case reasonLost, reasonSilent:
		return pageAppBroke
	default:
		return pageAppBroke
	}
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request, p page) {
	e := exchangeOf(r)
	e.status = p.status
	e.closeIfUnread(r)
	e.answer.beginOwn(e.started)
	e.answer.bytes = p.write(w, r, e.route, e.id)
}
