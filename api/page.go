package api

// PageInput is embedded by every list operation.
type PageInput struct {
	Cursor string `doc:"The next_cursor of the page before; empty for the first page." query:"cursor"`
	Limit  int    `default:"50" doc:"How many items at the most." maximum:"200" minimum:"1" query:"limit"`
}

// Page is one page of a list, newest first unless the operation says otherwise.
type Page[T any] struct {
	Items      []T    `json:"items"                 nullable:"false"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Give it as cursor to get the next page; absent on the last one."`
}

// PageOutput is the answer of a list operation.
type PageOutput[T any] struct {
	Body Page[T]
}

// IdempotencyInput is embedded by every create operation.
type IdempotencyInput struct {
	//nolint:lll // The documentation string reads best in one piece.
	IdempotencyKey string `doc:"A value of your choice: the same request with the same key, within a day, makes nothing new and answers as the first time." header:"Idempotency-Key" maxLength:"200"`
}
