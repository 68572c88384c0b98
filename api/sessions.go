package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

//nolint:lll // One text a line.
func (s *service) registerSessions(api huma.API) {
	huma.Register(api, get(tagAccount, inSession(), "get-session", "/v1/session", text{
		"Show your session", "The session that the browser's cookie belongs to, with the user whose it is.",
	}), s.getSession)
	huma.Register(api, remove(tagAccount, inSession(), "end-session", "/v1/session", text{
		"Sign out", "The session of the browser's cookie ends at once, and the answer takes the cookie away. Streams that were opened in it end within seconds.",
	}), s.signOut)
	huma.Register(api, get(tagAccount, personally(anyUser()), "list-sessions", "/v1/sessions", text{
		"List your sessions", "The browsers in which you are signed in, newest first.",
	}), s.listSessions)
	huma.Register(api, remove(tagAccount, personally(anyUser()), "end-sessions", "/v1/sessions", text{
		"Sign out everywhere", "All of your sessions end at once; keep_current keeps the one that the request is sent in. Tokens stay valid: revoke-token ends those.",
	}), s.signOutEverywhere)
	huma.Register(api, remove(tagAccount, personally(anyUser()), "end-one-session", "/v1/sessions/{session_id}", text{
		"Sign out elsewhere", "One of your sessions ends at once.",
	}), s.endOneSession)
	huma.Register(api, also(operation(tagAccount, anybody(), http.MethodPost, http.StatusCreated, "create-device-login", "/v1/device-logins", text{
		"Begin to sign a program in", "For a program without a browser (as in RFC 8628). It shows the user_code and the verification_uri to its user, who signs in there with any browser and types " +
			"the code, and asks create-device-token every interval seconds meanwhile.",
	}), http.StatusTooManyRequests), s.createDeviceLogin)
	huma.Register(api, also(operation(tagAccount, anybody(), http.MethodPost, http.StatusOK, "create-device-token", "/v1/device-logins/token", text{
		"Ask for a program's token", "Says whether the user has decided. Where the user has let the program in, the answer holds its token, this once. A program that asks more often than every " +
			"interval seconds is told to slow down, by 5 seconds each time. A device_code that never was one is not found.",
	}), http.StatusNotFound, http.StatusTooManyRequests), s.createDeviceToken)
}

func (s *service) getSession(ctx context.Context, _ *struct{}) (*CurrentSessionOutput, error) {
	who := callerOf(ctx)

	row, err := s.queries.GetSession(ctx, who.tokenID, who.userID)
	if row, err = found(row, err, "session"); err != nil {
		return nil, err
	}

	user, err := s.queries.GetUser(ctx, who.userID)

	return &CurrentSessionOutput{Body: CurrentSession{Session: newSession(row.Session, row.ApiToken, who), User: newUser(user)}}, err
}

func (s *service) signOut(ctx context.Context, _ *struct{}) (*SignOutOutput, error) {
	who := callerOf(ctx)

	return &SignOutOutput{SetCookie: s.config.cookie(sessionCookie, "", 0).String()}, s.inTx(ctx, func(queries *database.Queries) error {
		return endSession(ctx, queries, who, who.tokenID)
	})
}

func (s *service) listSessions(ctx context.Context, input *PageInput) (*PageOutput[Session], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	who := callerOf(ctx)

	rows, err := s.queries.ListSessions(ctx, who.userID, before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(*input, rows,
		func(r database.ListSessionsRow) Session { return newSession(r.Session, r.ApiToken, who) },
		func(session Session) uuid.UUID { return session.ID }), nil
}

func (s *service) signOutEverywhere(ctx context.Context, input *EndSessionsInput) (*struct{}, error) {
	who := callerOf(ctx)

	var except *uuid.UUID
	if input.KeepCurrent && who.session {
		except = &who.tokenID
	}

	return nil, s.inTx(ctx, func(queries *database.Queries) error { return endSessions(ctx, queries, who, except) })
}

func (s *service) endOneSession(ctx context.Context, input *SessionPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error { return endSession(ctx, queries, callerOf(ctx), input.SessionID) })
}

func newSession(row database.Session, token database.ApiToken, who caller) Session {
	return Session{
		ID: row.ID, Provider: row.Provider, UserAgent: row.UserAgent, Address: row.Address, Current: who.session && who.tokenID == row.ID,
		CreatedAt: token.CreatedAt, LastUsedAt: lo.FromPtr(token.LastUsedAt), ExpiresAt: lo.FromPtr(token.ExpiresAt),
	}
}
