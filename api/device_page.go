package api

import (
	"net/http"
	"time"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// showDevice asks for the code of a program, or, once there is one, whether to let the program in.
func (s *service) showDevice(writer http.ResponseWriter, request *http.Request, who caller) {
	typed := request.URL.Query().Get("user_code")
	if readUserCode(typed) == "" {
		s.askForDevice(writer, request, nil)

		return
	}

	login, err := s.waitingDevice(request.Context(), typed)
	if err != nil {
		s.askForDevice(writer, request, err)

		return
	}

	user, err := s.queries.GetUser(request.Context(), who.userID)
	if err != nil {
		s.showProblem(writer, request, err)

		return
	}

	s.showPage(writer, request, http.StatusOK, "device", webPage{Title: "Let a program in", Data: devicePage(login, newUser(user))})
}

func devicePage(login database.DeviceLogin, user User) map[string]any {
	return map[string]any{
		"Action": devicePath, "Code": showUserCode(login.UserCode), "Machine": login.Machine, "Address": login.Address, "Email": user.Email, "User": user,
		"Asked": login.CreatedAt.UTC().Format("15:04") + " UTC", "Ago": time.Since(login.CreatedAt).Round(time.Minute).String(),
	}
}

// askForDevice shows the field for a code, with an error if there is one.
func (s *service) askForDevice(writer http.ResponseWriter, request *http.Request, err error) {
	status, shown := http.StatusOK, webPage{Title: "Let a program in", Data: map[string]any{"Action": devicePath}}

	if err != nil {
		p := problemOf(request.Context(), err)
		status, shown.Problem = p.Status, p.Detail
	}

	s.showPage(writer, request, status, "device", shown)
}

// decideDevice lets a program in, or does not.
func (s *service) decideDevice(writer http.ResponseWriter, request *http.Request, who caller) {
	if err := form(writer, request); err != nil {
		s.showProblem(writer, request, err)

		return
	}

	decision := request.PostForm.Get("decision")

	login, err := s.waitingDevice(request.Context(), request.PostForm.Get("user_code"))
	if err == nil && decision != "approve" && decision != "deny" {
		err = problem.New(problem.Invalid, "Say whether to let the program in.")
	}

	if err == nil {
		err = s.decide(request.Context(), who, login, decision == "approve")
	}

	if err != nil {
		s.askForDevice(writer, request, err)

		return
	}

	s.showPage(writer, request, http.StatusOK, "device", webPage{Title: "Let a program in", Data: map[string]any{"Decision": decision, "Machine": login.Machine}})
}
