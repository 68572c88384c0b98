package api

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The page of a user's own account.
const (
	accountPath         = "/account"
	accountSessionsPath = accountPath + "/sessions"
	accountConnectPath  = accountPath + "/connect"
)

// mostShown bounds the lists of the account's page.
const mostShown = 50

func (s *service) showAccount(writer http.ResponseWriter, request *http.Request, who caller) {
	ctx := request.Context()

	user, err := s.queries.GetUser(ctx, who.userID)
	if err != nil {
		s.showProblem(writer, request, err)

		return
	}

	organisations, err := s.queries.ListOrganisationsOf(ctx, database.ListOrganisationsOfParams{UserID: who.userID, Before: uuid.Max, MaxRows: mostShown})
	if err != nil {
		s.showProblem(writer, request, err)

		return
	}

	sessions, err := s.queries.ListSessions(ctx, who.userID, uuid.Max, mostShown)
	if err != nil {
		s.showProblem(writer, request, err)

		return
	}

	s.showPage(writer, request, http.StatusOK, "account", webPage{Title: "Your account", Data: map[string]any{
		"User": newUser(user), "Organisations": organisations,
		"Sessions":   lo.Map(sessions, func(r database.ListSessionsRow, _ int) Session { return newSession(r.Session, r.ApiToken, who) }),
		"CanConnect": user.GithubID == nil && s.provider.IsReady(ctx), "ConnectAction": accountConnectPath,
		"SessionsAction": accountSessionsPath, "SignOutAction": signOutPath, "Docs": documentationPath, "API": explorerPath,
		"Jobs": riverPath + "/", "Address": s.config.at(""),
	}})
}

// endFromAccount ends one of the user's sessions, or all but this one.
func (s *service) endFromAccount(writer http.ResponseWriter, request *http.Request, who caller) {
	if err := form(writer, request); err != nil {
		s.showProblem(writer, request, err)

		return
	}

	err := s.inTx(request.Context(), func(queries *database.Queries) error { //nolint:contextcheck // The request carries it.
		if request.PostForm.Get("session") == "others" {
			return endSessions(request.Context(), queries, who, &who.tokenID)
		}

		session, err := uuid.Parse(request.PostForm.Get("session"))
		if err != nil {
			return notFound("session")
		}

		return endSession(request.Context(), queries, who, session)
	})

	// A session that has ended meanwhile is what was wanted.
	if err != nil && problem.CodeOf(err) != problem.NotFound {
		s.showProblem(writer, request, err)

		return
	}

	http.Redirect(writer, request, accountPath, http.StatusSeeOther)
}

// leaveToConnect sends a user to GitHub, whose account there is then tied to them.
func (s *service) leaveToConnect(writer http.ResponseWriter, request *http.Request, who caller) {
	if err := s.leaveFor(writer, request, flowStart{Purpose: flowSignIn, UserID: who.userID, ReturnTo: accountPath}); err != nil {
		s.showProblem(writer, request, err)
	}
}
