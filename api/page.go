package api

// PageInput is embedded by the list operations.
//
//nolint:lll // One field a line, with its documentation.
type PageInput struct {
	Cursor string `doc:"The next_cursor of the page before; left out: the first page." pattern:"^[A-Za-z0-9_-]{22}$" patternDescription:"the next_cursor of a page, as it is" query:"cursor"`
	Limit  int    `default:"50" doc:"How many items at the most." maximum:"200" minimum:"1" query:"limit"`
}

// LongPageInput is PageInput for lists that are short for nearly everybody, and that callers want whole.
//
//nolint:lll // One field a line, with its documentation.
type LongPageInput struct {
	Cursor string `doc:"The next_cursor of the page before; left out: the first page." pattern:"^[A-Za-z0-9_-]{22}$" patternDescription:"the next_cursor of a page, as it is" query:"cursor"`
	Limit  int    `default:"500" doc:"How many items at the most." maximum:"500" minimum:"1" query:"limit"`
}

// Page is one page of a list.
type Page[T any] struct {
	Items      []T    `json:"items"                 nullable:"false"`
	NextCursor string `doc:"Give it as cursor to get the next page; absent on the last one." json:"next_cursor,omitempty" pattern:"^[A-Za-z0-9_-]+$"`
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
