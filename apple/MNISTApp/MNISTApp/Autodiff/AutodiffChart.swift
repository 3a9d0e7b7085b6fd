// SPDX-License-Identifier: Apache-2.0
import Charts
import MNISTKit
import SwiftUI

/// x, its gradient, and 2x as a line through the gradient's points.
struct AutodiffChart: View {
    let model: AutodiffModel

    var body: some View {
        Chart {
            ForEach(model.points) { point in
                LineMark(
                    x: .value("Element", point.id), y: .value("Value", point.x),
                    series: .value("Line", "x")
                )
                .foregroundStyle(by: .value("Line", "x"))
            }
            ForEach(model.points) { point in
                LineMark(
                    x: .value("Element", point.id), y: .value("Value", point.expected),
                    series: .value("Line", "2x")
                )
                .foregroundStyle(by: .value("Line", "2x"))
            }
            ForEach(model.points) { point in
                PointMark(x: .value("Element", point.id), y: .value("Value", point.gradient))
                    .foregroundStyle(by: .value("Line", "Gradient"))
            }
        }
        .chartXAxisLabel("Element")
        .frame(height: 240)
        .accessibilityLabel("Chart of x, its gradient and 2x")
        .accessibilityValue(model.chartSummary)
    }
}
