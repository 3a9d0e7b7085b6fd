// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// 28 × 28 pixels, 0 paper … 1 ink: dark on light, in dark mode too, as on paper.
struct DigitImage: View {
    let pixels: [Float]

    var body: some View {
        Canvas { context, size in
            let side = min(size.width, size.height) / CGFloat(Digit.side)
            context.fill(Path(CGRect(origin: .zero, size: size)), with: .color(Color(white: 1)))
            for (index, ink) in pixels.enumerated() where ink > 0 {
                let cell = CGRect(
                    x: CGFloat(index % Digit.side) * side, y: CGFloat(index / Digit.side) * side,
                    width: side, height: side)
                context.fill(Path(cell), with: .color(Color(white: 1 - Double(ink))))
            }
        }
        .aspectRatio(1, contentMode: .fit)
        .accessibilityLabel("Picture of a handwritten digit")
    }
}

struct DigitImage_Previews: PreviewProvider {
    static var previews: some View {
        let stroke = [DrawingPoint(x: 0, y: 0), DrawingPoint(x: 0, y: 1)]
        DigitImage(pixels: Drawing(strokes: [stroke]).pixels())
            .frame(width: 140, height: 140)
    }
}
