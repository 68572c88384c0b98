package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

// How often the pages that mails lead to are answered in a minute, by an api process.
const (
	mailPagesOfAddress = 120
	stopsOfChannel     = 30
)

// mailPageUse counts requests of the pages that mails lead to.
type mailPageUse struct {
	addresses *addressUse
	// stops are counted by channel: providers of mail send the form that stops messages for all of their users, from a few addresses.
	stops *anonymousUse[uuid.UUID]
}

func newMailPageUse() mailPageUse {
	return mailPageUse{addresses: newAddressUse(mailPagesOfAddress), stops: newAnonymousUse[uuid.UUID](stopsOfChannel)}
}

// limitedMailPage answers a page of a mail to an address only so often.
func (s *service) limitedMailPage(next http.HandlerFunc) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		if wait := s.mailPages.addresses.request(s.config.clientOf(request)); wait > 0 {
			s.showWait(writer, request, wait, problem.New(problem.TooMany,
				"Links of messages were opened more than %d times in a minute from your address. Wait for %d s, and open the link again.",
				mailPagesOfAddress, seconds(wait)))

			return
		}

		next(writer, request)
	}
}

// limitedStop answers the form that stops messages of a channel only so often.
func (s *service) limitedStop(next http.HandlerFunc) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		channel, err := uuid.Parse(request.URL.Query().Get(workflows.ChannelParameter))
		if err != nil {
			s.showProblem(writer, request, linkUnknown())

			return
		}

		if wait := s.mailPages.stops.take(channel); wait > 0 {
			s.showWait(writer, request, wait, problem.New(problem.TooMany,
				"This link was used more than %d times in a minute. Wait for %d s, and open it again.", stopsOfChannel, seconds(wait)))

			return
		}

		next(writer, request)
	}
}
