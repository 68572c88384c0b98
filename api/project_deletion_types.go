package api

// ProjectDeletion is what goes with a project when it is deleted.
type ProjectDeletion struct {
	Environments Goes        `doc:"By their slugs."                                           json:"environments"`
	Domains      Goes        `doc:"The hostnames that answer no longer, those of single deployments apart." json:"domains"`
	Variables    Goes        `doc:"Environment variables, by their names."                    json:"variables"`
	Deployments  GoesCounted `json:"deployments"`
	Instances    GoesCounted `doc:"VMs that run now."                                         json:"instances"`
	Images       GoesImages  `json:"images"`
	UndoSeconds  int64       `doc:"For how long the deletion can be undone; 0: it cannot."    json:"undo_seconds"`
}

// Goes is what goes of one kind.
type Goes struct {
	Count int      `json:"count"`
	Names []string `doc:"The first 100 of them, in alphabetical order." json:"names" nullable:"false"`
}

// GoesCounted is what goes of one kind that has no names.
type GoesCounted struct {
	Count int `json:"count"`
}

// GoesImages are the images that go.
type GoesImages struct {
	Count     int   `json:"count"`
	SizeBytes int64 `doc:"Their size together; layers that they share are counted for each." json:"size_bytes"`
}

// ProjectDeletionOutput is the answer of get-project-deletion.
type ProjectDeletionOutput struct{ Body ProjectDeletion }
