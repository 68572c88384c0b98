package api

import "time"

// PlatformHealth is how the whole installation is.
type PlatformHealth struct {
	CheckedAt time.Time     `json:"checked_at"`
	Version   string        `doc:"Version of the API that answers." json:"version"`
	Checks    []HealthCheck `doc:"In the order in which they are to be read." json:"checks" nullable:"false"`
}

// HealthCheck is what was found of one part.
type HealthCheck struct {
	Part   string `doc:"What was looked at." example:"edges" json:"part"`
	About  string `doc:"The machine, queue or other thing of the part that it is about; absent where it is all of it." json:"about,omitempty"`
	State  string `doc:"ok; notice: an operator may want to know it; problem: an operator has to do something." enum:"ok,notice,problem" json:"state"`
	Detail string `doc:"What was found, as a sentence without its full stop." json:"detail"`
	Advice string `doc:"What to do; absent where there is nothing to do." json:"advice,omitempty"`
}

// PlatformHealthOutput is how the whole installation is.
type PlatformHealthOutput struct{ Body PlatformHealth }
