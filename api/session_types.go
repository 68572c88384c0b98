package api

import (
	"time"

	"github.com/google/uuid"
)

// Session is a browser in which a user is signed in.
//
//nolint:lll // One field a line, with its documentation.
type Session struct {
	ID         uuid.UUID `json:"id"`
	Provider   string    `doc:"How the user signed in: with an account at GitHub, or with a code that the platform's command line has printed." enum:"github,code" json:"provider"`
	UserAgent  string    `doc:"What the browser said that it is, when it signed in." json:"user_agent"`
	Address    string    `doc:"The address that the browser signed in from." json:"address"`
	Current    bool      `doc:"Whether the request was sent in this session." json:"current"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `doc:"To the minute." json:"last_used_at"`
	ExpiresAt  time.Time `doc:"When the session ends unless it is used before." json:"expires_at"`
}

// CurrentSession is a session with the user whose it is.
type CurrentSession struct {
	Session

	User User `json:"user"`
}

// CurrentSessionOutput is the session of the request.
type CurrentSessionOutput struct{ Body CurrentSession }

// SignOutOutput takes the cookie away.
type SignOutOutput struct {
	SetCookie string `header:"Set-Cookie" doc:"Takes the session's cookie away."`
}

// SessionPath names one session.
type SessionPath struct {
	SessionID uuid.UUID `path:"session_id"`
}

// EndSessionsInput says which sessions end.
type EndSessionsInput struct {
	KeepCurrent bool `doc:"Keeps the session that the request is sent in." query:"keep_current"`
}
