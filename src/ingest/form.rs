//! Forms: labels in one column, what was filled in beside them (`区市町村名 | 千代田区`, `意見 | …`).

use serde_json::Map;

use super::{
    cell::{opinions_in_cell, says_nothing, trim},
    columns::{Assignment, Match},
    grid::{Cell, Grid, Row},
    options::Field,
    reading::{Reading, Reason},
    table::{Context, leave_out, municipality_name, year_of},
};
use crate::{opinion::Opinion, places::places};

/// Reads a grid that is a form; false where it is none.
pub(super) fn read_form(grid: &Grid, context: &Context, reading: &mut Reading) -> bool {
    let Some(form) = Form::find(grid) else { return false };
    let mut context = context.clone();
    let mut columns = Map::new();
    for (i, row) in grid.rows.iter().enumerate() {
        let Some(value) = form.value(row) else { continue };
        let text: String = super::cell::lines(&value.text()).collect();
        match form.field_at(i) {
            Some(Field::Municipality) => context.municipality = Some(municipality_name(&text)),
            Some(Field::Area) => context.area = Some(text),
            Some(Field::FiscalYear) => context.fiscal_year = year_of(&text).or(context.fiscal_year),
            Some(Field::Text) => {}
            _ => {
                if let Some(label) = row.get(form.column).map(|cell| trim(&cell.text()).to_owned()) {
                    columns.insert(label, value.value());
                }
            }
        }
    }
    let mut in_text = false;
    for (i, row) in grid.rows.iter().enumerate() {
        if row.get(form.column).is_some_and(|cell| !trim(&cell.text()).is_empty()) {
            in_text = form.field_at(i) == Some(Field::Text);
            if !in_text && form.value(row).is_none() {
                leave_out(reading, &context, row, Reason::Lead);
            }
        }
        if !in_text {
            continue;
        }
        for (column, cell) in row.cells.iter().filter(|(column, _)| *column > form.column) {
            if says_nothing(&cell.text()) {
                continue;
            }
            reading.opinions.extend(opinions_in_cell(&cell.text()).into_iter().map(|text| Opinion {
                fiscal_year: context.fiscal_year,
                area: context.area.clone(),
                municipality: context.municipality.clone(),
                text,
                source: context.source(row.number, *column),
                columns: columns.clone(),
                ..Opinion::default()
            }));
        }
    }
    true
}

/// Where a form has its labels.
struct Form {
    column: u32,
    fields: Vec<(usize, Field)>,
}

/// Rows of a form that are looked at: forms are short.
const FORM_ROWS: usize = 200;

impl Form {
    fn find(grid: &Grid) -> Option<Self> {
        if grid.rows.len() > FORM_ROWS {
            return None;
        }
        (0..grid.n_columns().min(4)).find_map(|column| {
            let labels: Vec<(usize, String)> = grid
                .rows
                .iter()
                .enumerate()
                .filter_map(|(i, row)| Some((i, trim(&row.get(column)?.text()).to_owned())))
                .filter(|(_, label)| !label.is_empty() && label.chars().count() <= 40)
                .collect();
            let names: Vec<&str> = labels.iter().map(|(_, label)| label.as_str()).collect();
            let found = Assignment::of(&names, &[]);
            let text = found.get(Field::Text).filter(|f| f.by <= Match::Ends)?;
            let municipality = found.get(Field::Municipality).filter(|f| f.by <= Match::Ends)?;
            let form = Self {
                column,
                fields: labels
                    .iter()
                    .map(|(row, label)| (*row, Assignment::of(&[label.as_str()], &[])))
                    .filter_map(|(row, own)| {
                        [Field::Text, Field::Municipality, Field::Area, Field::FiscalYear, Field::Id]
                            .into_iter()
                            .find(|field| own.get(*field).is_some_and(|f| f.by <= Match::Ends))
                            .map(|field| (row, field))
                    })
                    .collect(),
            };
            let value_of = |found: usize| form.value(&grid.rows[labels[found].0]);
            let is_place =
                value_of(municipality.column).is_some_and(|v| places().heading(&v.text()).is_some());
            (is_place && value_of(text.column).is_some()).then_some(form)
        })
    }

    fn field_at(&self, row: usize) -> Option<Field> {
        self.fields.iter().find(|(r, _)| *r == row).map(|(_, field)| *field)
    }

    /// What stands beside a label.
    fn value<'a>(&self, row: &'a Row) -> Option<&'a Cell> {
        row.cells
            .iter()
            .find(|(column, cell)| *column > self.column && !trim(&cell.text()).is_empty())
            .map(|(_, c)| c)
    }
}
