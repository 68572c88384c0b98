package api

// LogContextInput asks for what stands around a line.
//
//nolint:lll // One field a line, with its documentation.
type LogContextInput struct {
	ProjectPath
	Around int64  `doc:"The id of the line." maximum:"9007199254740991" minimum:"1" query:"around" required:"true"`
	Before int    `default:"50" doc:"How many lines in front of it." maximum:"1000" minimum:"0" query:"before"`
	After  int    `default:"50" doc:"How many lines behind it." maximum:"1000" minimum:"0" query:"after"`
	Within string `default:"environment" doc:"Whose lines: the whole project's, or those of the line's environment, deployment or VM." enum:"project,environment,deployment,vm" query:"within"`
}
