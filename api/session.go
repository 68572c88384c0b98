package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

const (
	// sessionCookie is the name of a session's cookie, before its prefix.
	sessionCookie = "zeitwork"
	// sessionPrefix begins a session's secret, as prefixes of tokens do.
	sessionPrefix = "zws_"
	// sessionLifetime is how long a session lasts that nobody uses. A use moves its end, once a day.
	sessionLifetime = 30 * day
	// cookieLifetime is the most that browsers allow: the database says when a session ends.
	cookieLifetime = 400 * day
	// maxUserAgent bounds what is kept of what a browser says that it is.
	maxUserAgent = 200
)

// The ways to sign in, as sessions.provider has them.
const (
	providerGitHub = "github"
	providerCode   = "code"
)

// startSession signs a user in and returns the cookie for the browser. It is always a new session, and the one that the browser had before, whoever's it
// was, ends: nobody can have planted it. The queries are those of a transaction.
func (s *service) startSession(
	ctx context.Context, queries *database.Queries, user uuid.UUID, provider string, request *http.Request,
) (*http.Cookie, error) {
	if before, err := s.sessionBefore(ctx, queries, request); err == nil {
		// Whoever has ended it meanwhile has done the same.
		if err := endSession(ctx, queries, before, before.tokenID); err != nil && problem.CodeOf(err) != problem.NotFound {
			return nil, err
		}
	}

	session, text := id.New(), secret.NewToken(sessionPrefix)

	err := queries.CreateSessionToken(ctx, database.CreateSessionTokenParams{
		ID: session, TokenHash: secret.HashToken(text), UserID: user, Lifetime: sessionLifetime,
	})
	if err != nil {
		return nil, err
	}

	agent := strings.ToValidUTF8(request.UserAgent(), "")

	err = queries.CreateSession(ctx, database.CreateSessionParams{
		ID: session, Provider: provider, UserAgent: lo.Substring(agent, 0, maxUserAgent), Address: s.config.clientOf(request).String(),
	})
	if err != nil {
		return nil, err
	}

	who := caller{tokenID: session, kind: userKind, session: true, userID: user}

	return s.config.cookie(sessionCookie, text, cookieLifetime),
		auditAs(ctx, queries, who, nil, sessionEvent("session.create", session, map[string]any{"provider": provider}))
}

// sessionBefore returns the caller in whose session a browser's request is. It asks by the queries of a transaction: one that took a second connection of the
// pool could wait for it in vain, as could all others.
func (s *service) sessionBefore(ctx context.Context, queries *database.Queries, request *http.Request) (caller, error) {
	cookie, err := request.Cookie(s.config.cookieName(sessionCookie))
	if err != nil {
		return caller{}, err
	}

	row, err := queries.FindToken(ctx, secret.HashToken(cookie.Value))
	if err != nil {
		return caller{}, err
	}

	who := newCaller(row)
	if !who.session {
		return caller{}, notFound("session")
	}

	return who, nil
}

// sessionOf returns the caller in whose session a browser's request is, or an unauthorized problem.
func (s *service) sessionOf(request *http.Request) (caller, error) {
	cookie, err := request.Cookie(s.config.cookieName(sessionCookie))
	if err != nil {
		return caller{}, problem.New(problem.Unauthorized, "Sign in at %s first.", s.config.at(signInPath))
	}

	return s.callerInSession(request.Context(), cookie.Value)
}

// endSession ends a session of the caller's.
func endSession(ctx context.Context, queries *database.Queries, who caller, session uuid.UUID) error {
	ended, err := queries.EndSession(ctx, session, who.userID)
	if err != nil {
		return err
	}

	if ended == 0 {
		return notFound("session")
	}

	return auditAs(ctx, queries, who, nil, sessionEvent("session.end", session, nil))
}

// endSessions ends all sessions of the caller's but the one that is excepted, if one is, and lets no program in that was let in before and has not come
// for its token yet.
func endSessions(ctx context.Context, queries *database.Queries, who caller, except *uuid.UUID) error {
	if err := queries.ExpireDeviceLogins(ctx, who.userID); err != nil {
		return err
	}

	ended, err := queries.EndSessions(ctx, who.userID, except)
	if err != nil {
		return err
	}

	return errors.Join(lo.Map(ended, func(session uuid.UUID, _ int) error {
		return auditAs(ctx, queries, who, nil, sessionEvent("session.end", session, nil))
	})...)
}

func sessionEvent(action string, session uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "session", SubjectID: session, Details: details}
}
