// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// The first elements, or all, one a row.
struct AutodiffTable: View {
    @Bindable var model: AutodiffModel
    @Environment(\.dynamicTypeSize) private var typeSize

    var body: some View {
        if !typeSize.isAccessibilitySize {
            AutodiffRow(number: "i", x: "x", gradient: "gradient", expected: "2x")
                .font(.headline)
                .accessibilityHidden(true)
        }
        ForEach(model.rows) { row in
            Group {
                if typeSize.isAccessibilitySize {
                    LargeAutodiffRow(row: row)
                } else {
                    AutodiffRow(
                        number: "\(row.id)", x: row.x, gradient: row.gradient,
                        expected: row.expected)
                }
            }
            .accessibilityElement(children: .ignore)
            .accessibilityLabel("Element \(row.id)")
            .accessibilityValue("x \(row.x), gradient \(row.gradient), 2x \(row.expected)")
        }
        if model.hasMoreRows {
            Toggle("Show all elements", isOn: $model.showsAllRows)
        }
    }
}

/// Four columns.
struct AutodiffRow: View {
    let number: String
    let x: String
    let gradient: String
    let expected: String

    var body: some View {
        HStack {
            Text(verbatim: number).frame(maxWidth: .infinity, alignment: .leading)
            Text(verbatim: x).frame(maxWidth: .infinity, alignment: .trailing)
            Text(verbatim: gradient).frame(maxWidth: .infinity, alignment: .trailing)
            Text(verbatim: expected).frame(maxWidth: .infinity, alignment: .trailing)
        }
        .monospacedDigit()
    }
}

/// One below the other, where the type is too large for columns.
struct LargeAutodiffRow: View {
    let row: AutodiffModel.Row

    var body: some View {
        VStack(alignment: .leading) {
            Text("Element \(row.id)").font(.headline)
            Text(verbatim: "x  \(row.x)")
            Text(verbatim: "gradient  \(row.gradient)")
            Text(verbatim: "2x  \(row.expected)")
        }
        .monospacedDigit()
    }
}
