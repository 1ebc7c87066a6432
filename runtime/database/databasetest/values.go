package databasetest

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/database"
)

var valueTests = []test{
	{"KeepsWhatItIsGiven", keepsValues},
	{"KeepsNull", keepsNull},
	{"TakesPointersAndNamedTypes", takesPointers},
	{"StoresTimesInUTC", storesTimes},
	{"ReturnsTimesFromExpressions", timesFromExpressions},
	{"SortsTimes", sortsTimes},
	{"RefusesWhatItCannotHold", refusesValues},
	{"RefusesNullForPlainValues", refusesNull},
	{"RefusesWrongScans", refusesWrongScans},
}

func keepsValues(t *testing.T, db database.DB) {
	migrate(t, db)
	texts := []string{"", "a", "ß ⛩ ' \" \\ $1 ? %", strings.Repeat("x", 191), "1", "true", "\t\n\r"}
	numbers := []int64{0, 1, -0, math.MaxInt64}
	blobs := [][]byte{{}, {0}, {0xff, 0xfe, 0}, bytes.Repeat([]byte{1, 0}, 70_000)}
	for i := range max(len(texts), len(numbers), len(blobs)) {
		text, number, blob := texts[i%len(texts)], numbers[i%len(numbers)], blobs[i%len(blobs)]
		flag := i%2 == 0
		change(t, db, database.Query{
			SQL:  "INSERT INTO item (id, name, flag, amount, data) VALUES ($1, $2, $3, $4, $5)",
			Args: []any{i, text, flag, number, blob},
		})
		var (
			gotText   string
			gotFlag   bool
			gotNumber int64
			gotInt    int
			gotBlob   []byte
		)
		read(t, db, []any{&gotText, &gotFlag, &gotNumber, &gotInt, &gotBlob},
			"SELECT name, flag, amount, id, data FROM item WHERE id = $1", i)
		if gotText != text || gotFlag != flag || gotNumber != number || gotInt != i || !bytes.Equal(gotBlob, blob) {
			t.Errorf("row %d: got %q %t %d %d and %d bytes", i, gotText, gotFlag, gotNumber, gotInt, len(gotBlob))
		}
		if gotBlob == nil {
			t.Errorf("row %d: %d bytes came back as NULL", i, len(blob))
		}
	}
}

func keepsNull(t *testing.T, db database.DB) {
	migrate(t, db)
	var (
		noText   *string
		noFlag   *bool
		noNumber *int64
		noBytes  []byte
		noTime   *time.Time
	)
	insertAll := "INSERT INTO item (id, name, flag, amount, data, moment) VALUES ($1, $2, $3, $4, $5, $6)"
	change(t, db,
		database.Query{SQL: insertAll, Args: []any{1, nil, nil, nil, nil, nil}},
		database.Query{SQL: insertAll, Args: []any{2, noText, noFlag, noNumber, noBytes, noTime}},
		database.Query{SQL: insertAll, Args: []any{3, "text", true, 7, []byte("data"), time.Unix(0, 0)}})
	for id := 1; id <= 3; id++ {
		text, flag, number, small, moment := new(string), new(bool), new(int64), new(int), new(time.Time)
		data, inner := []byte("old"), new([]byte)
		read(t, db, []any{&text, &flag, &number, &small, &data, &inner, &moment},
			"SELECT name, flag, amount, amount, data, data, moment FROM item WHERE id = $1", id)
		if id < 3 {
			if text != nil || flag != nil || number != nil || small != nil || data != nil || inner != nil || moment != nil {
				t.Errorf("row %d: NULL came back as a value", id)
			}
			continue
		}
		if text == nil || flag == nil || number == nil || small == nil || inner == nil || moment == nil {
			t.Fatal("a value came back as NULL")
		}
		if *text != "text" || !*flag || *number != 7 || *small != 7 || string(data) != "data" ||
			string(*inner) != "data" || !moment.Equal(time.Unix(0, 0)) {
			t.Errorf("values behind pointers: %q %t %d %d %q %v", *text, *flag, *number, *small, data, *moment)
		}
	}
}

func takesPointers(t *testing.T, db database.DB) {
	migrate(t, db)
	type name string
	type number uint16
	text, flag, amount, moment := name("named"), true, number(9), time.Unix(1_000, 0)
	change(t, db, database.Query{
		SQL:  "INSERT INTO item (id, name, flag, amount, moment) VALUES ($1, $2, $3, $4, $5)",
		Args: []any{int8(1), &text, &flag, amount, &moment},
	})
	var rows int
	read(t, db, []any{&rows}, "SELECT count(*) FROM item WHERE name = $1 AND flag = $2 AND amount = $3 AND moment = $4",
		text, flag, &amount, moment)
	if rows != 1 {
		t.Error("what pointers and named types stored is not what plain values find")
	}
}

// oddTimes are times that drivers are known to get wrong.
func oddTimes() []time.Time {
	return []time.Time{
		time.Date(2024, 2, 29, 17, 0, 0, 0, time.FixedZone("five behind", -5*3600)),
		time.Date(2024, 7, 1, 0, 0, 0, 123_456_789, time.FixedZone("+0545", 5*3600+45*60)),
		time.Date(1999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(2024, 1, 1, 0, 0, 0, 1_000, time.FixedZone("", 14*3600)),
		time.Date(1900, 1, 1, 12, 0, 0, 0, time.FixedZone("LMT", 1172)),
		time.Date(2262, 5, 1, 0, 0, 0, 500_000_000, time.UTC),
		time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
		time.Now(),
	}
}

func storesTimes(t *testing.T, db database.DB) {
	migrate(t, db)
	for i, moment := range oddTimes() {
		change(t, db, database.Query{SQL: "INSERT INTO item (id, moment) VALUES ($1, $2)", Args: []any{i, moment}})
		var got time.Time
		var nullable *time.Time
		read(t, db, []any{&got, &nullable}, "SELECT moment, moment FROM item WHERE id = $1", i)
		want := moment.UTC().Truncate(time.Microsecond)
		if !got.Equal(want) || !nullable.Equal(want) {
			t.Errorf("stored %v, got %v and %v, want %v", moment, got, *nullable, want)
		}
		if got.Location() != time.UTC || nullable.Location() != time.UTC {
			t.Errorf("%v came back in %v", moment, got.Location())
		}
		var found int
		read(t, db, []any{&found}, "SELECT count(*) FROM item WHERE moment = $1", moment)
		if found != 1 {
			t.Errorf("%v finds %d rows", moment, found)
		}
	}
}

func timesFromExpressions(t *testing.T, db database.DB) {
	migrate(t, db)
	moment := time.Date(2024, 3, 4, 5, 6, 7, 8_000, time.UTC)
	var returned, greatest time.Time
	change(t, db, database.Query{
		SQL:  "INSERT INTO item (id, moment) VALUES (1, $1) RETURNING moment",
		Args: []any{moment},
		Row:  func(scan func(...any) error) error { return scan(&returned) },
	})
	read(t, db, []any{&greatest}, "SELECT max(moment) FROM item")
	if returned != moment || greatest != moment {
		t.Errorf("RETURNING gives %v, max gives %v, want %v", returned, greatest, moment)
	}
}

func sortsTimes(t *testing.T, db database.DB) {
	migrate(t, db)
	base := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, offset := range []time.Duration{0, time.Microsecond, 10 * time.Microsecond, time.Second, time.Hour} {
		change(t, db, database.Query{SQL: "INSERT INTO item (id, moment) VALUES ($1, $2)", Args: []any{5 - i, base.Add(offset)}})
	}
	var ids []int
	err := db.Read(background(t), database.Query{
		SQL:  "SELECT id FROM item WHERE moment > $1 ORDER BY moment",
		Args: []any{base},
		Row: func(scan func(...any) error) error {
			ids = append(ids, 0)
			return scan(&ids[len(ids)-1])
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) != 4 || ids[0] != 4 || ids[1] != 3 || ids[2] != 2 || ids[3] != 1 {
		t.Errorf("later rows in order: %v, want [4 3 2 1]", ids)
	}
}

func refusesValues(t *testing.T, db database.DB) {
	migrate(t, db)
	type row struct {
		name string
		arg  any
		kind database.Kind
	}
	bad := "a\xffb"
	for _, r := range []row{
		{"NUL", "a\x00b", database.Invalid},
		{"invalid UTF-8", bad, database.Invalid},
		{"invalid UTF-8 behind a pointer", &bad, database.Invalid},
		{"integer too large", uint64(math.MaxInt64) + 1, database.Invalid},
		{"year 10000", time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), database.Invalid},
		{"year 0", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), database.Invalid},
		{"type that no column has", struct{}{}, database.Internal},
	} {
		t.Run(r.name, func(t *testing.T) {
			query := database.Query{SQL: "UPDATE item SET name = $1", Args: []any{r.arg}}
			wantKind(t, db.Read(background(t), query), r.kind)
			wantKind(t, db.Stream(background(t), query), r.kind)
			wantKind(t, db.Change(background(t), []database.Query{query}, writes()), r.kind)
			before := count(t, db)
			wantKind(t, db.Change(background(t), nil, writes(insert(before+1, r.name, 0), query)), r.kind)
			if after := count(t, db); after != before {
				t.Errorf("%d rows before, %d after a refused change", before, after)
			}
		})
	}
}

func refusesNull(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, database.Query{SQL: "INSERT INTO item (id) VALUES (1)"})
	for _, dest := range []any{new(string), new(bool), new(int), new(int64), new(time.Time)} {
		column := "name"
		switch dest.(type) {
		case *bool:
			column = "flag"
		case *int, *int64:
			column = "amount"
		case *time.Time:
			column = "moment"
		}
		err := db.Read(background(t), database.Query{
			SQL: "SELECT " + column + " FROM item",
			Row: func(scan func(...any) error) error { return scan(dest) },
		})
		if err == nil {
			t.Errorf("NULL was scanned into %T", dest)
			continue
		}
		wantKind(t, err, database.Internal)
	}
}

func refusesWrongScans(t *testing.T, db database.DB) {
	for name, dest := range map[string][]any{
		"too few":    {new(string)},
		"too many":   {new(string), new(int), new(int)},
		"wrong type": {new(bool), new(int)},
		"no pointer": {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			err := db.Read(background(t), database.Query{
				SQL: "SELECT 'text', 1",
				Row: func(scan func(...any) error) error { return scan(dest...) },
			})
			wantKind(t, err, database.Internal)
		})
	}
}
