package postgres_test

import (
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
)

// TestTimesThatNobodyCanHold reads times that other programs may have written.
func TestTimesThatNobodyCanHold(t *testing.T) {
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	first, last := "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"
	for text, want := range map[string]string{
		"infinity": last, "-infinity": first, "294000-01-01": last, "0044-03-15 BC": first, "2026-01-02 03:04:05Z": "2026-01-02T03:04:05Z",
	} {
		for _, kind := range []string{"timestamp", "timestamptz"} {
			var got time.Time
			var null *time.Time
			err := db.Read(t.Context(), database.Query{
				SQL: "SELECT " + kind + " '" + text + "', " + kind + " '" + text + "'", Row: func(scan func(...any) error) error { return scan(&got, &null) },
			})
			if err != nil || got.Format(time.RFC3339Nano) != want || null == nil || !null.Equal(got) {
				t.Errorf("%s %s: %v, %v, %v", kind, text, got, null, err)
			}
		}
	}
	var number int
	err = db.Read(t.Context(), database.Query{SQL: "SELECT timestamp 'infinity'", Row: func(scan func(...any) error) error { return scan(&number) }})
	if err == nil {
		t.Error("a time was read as a number")
	}
}
