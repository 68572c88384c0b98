package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// What flows are for.
const (
	flowSignIn  = "sign_in"
	flowConnect = "connect"
)

const (
	// flowLifetime is how long a browser may stay away: GitHub's codes last as long.
	flowLifetime = 10 * time.Minute
	// flowCookie, with a part of the state's hash, names the cookie of one flow: a browser may have several under way.
	flowCookie = "zeitwork-flow-"
)

// flowStart is what a browser's way to another site begins with. All but the purpose may be left out.
type flowStart struct {
	Purpose                string
	UserID, OrganisationID uuid.UUID
	// ReturnTo is a path on the platform.
	ReturnTo string
	// Details are what else is to be known at the end; they are kept as JSON and are no place for secrets.
	Details any
}

// begunFlow is a flow that waits for its browser.
type begunFlow struct {
	ID uuid.UUID
	// State goes to the other site and has to come back from there.
	State string
	// Cookie is what the browser keeps: the answer that sends it away has to set it.
	Cookie *http.Cookie
}

// beginFlow begins a browser's way to another site. An answer that sets the cookie must be to a request that another site cannot make the browser send.
func (s *service) beginFlow(ctx context.Context, start flowStart) (begunFlow, error) {
	details, err := json.Marshal(start.Details)
	if err != nil {
		return begunFlow{}, fmt.Errorf("write the details of a flow: %w", err)
	}

	if start.Details == nil {
		details = []byte("{}")
	}

	state, browser := newNonce(), newNonce()
	flow := begunFlow{ID: id.New(), State: state, Cookie: s.config.cookie(flowCookieOf(state), browser, flowLifetime)}

	return flow, s.queries.CreateWebFlow(ctx, database.CreateWebFlowParams{
		ID: flow.ID, Purpose: start.Purpose, StateHash: secret.HashToken(state), BrowserHash: secret.HashToken(browser),
		UserID: lo.EmptyableToPtr(start.UserID), OrganisationID: lo.EmptyableToPtr(start.OrganisationID),
		ReturnTo: localPath(start.ReturnTo), Details: details, Lifetime: flowLifetime,
	})
}

// finishFlow ends the flow of a state that has come back, once. A state that is of another browser or purpose, has expired or was used is a problem; a
// state that came back in another browser stays good for its own. The cookie, which is never nil, takes the browser's half away.
func (s *service) finishFlow(ctx context.Context, purpose, state string, request *http.Request) (database.WebFlow, *http.Cookie, error) {
	name := flowCookieOf(state)
	forget := s.config.cookie(name, "", 0)

	browser, err := request.Cookie(s.config.cookieName(name))
	if err != nil {
		return database.WebFlow{}, forget, errFlowOver
	}

	flow, err := s.queries.UseWebFlow(ctx, secret.HashToken(state), secret.HashToken(browser.Value), purpose)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errFlowOver
	}

	return flow, forget, err
}

var errFlowOver = problem.New(problem.Invalid,
	"This cannot be finished here: it was begun in another browser or more than ten minutes ago, or it was finished already. Begin again.")

// verifier returns the PKCE verifier of a flow. It follows from the platform's key, so that it stands nowhere.
func (s *service) verifier(flow uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString(s.config.SecretKey.Derive("web flow verifier " + flow.String()))
}

// newNonce returns 256 random bits for a URL.
func newNonce() string {
	const size = 32

	bytes := make([]byte, size)
	_, _ = rand.Read(bytes) // It never fails.

	return base64.RawURLEncoding.EncodeToString(bytes)
}

func flowCookieOf(state string) string {
	const part = 8

	return flowCookie + hex.EncodeToString(secret.HashToken(state)[:part])
}
