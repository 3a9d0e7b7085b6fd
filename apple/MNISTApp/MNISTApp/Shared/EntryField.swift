// SPDX-License-Identifier: Apache-2.0
import SwiftUI

/// A number that people type, with a hint below while it is not one that can be used.
struct EntryField: View {
    let title: LocalizedStringKey
    @Binding var text: String
    let hint: String?
    var keyboard = UIKeyboardType.numbersAndPunctuation

    @Environment(\.dynamicTypeSize) private var typeSize

    var body: some View {
        VStack(alignment: .leading) {
            if typeSize.isAccessibilitySize {
                Text(title).accessibilityHidden(true)
                field
            } else {
                HStack {
                    Text(title).accessibilityHidden(true)
                    Spacer()
                    field.multilineTextAlignment(.trailing)
                }
            }
            if let hint {
                Text(verbatim: hint)
                    .font(.footnote)
                    .foregroundStyle(.red)
            }
        }
    }

    private var field: some View {
        TextField(title, text: $text)
            .keyboardType(keyboard)
            .monospacedDigit()
            .accessibilityLabel(title)
    }
}

struct EntryField_Previews: PreviewProvider {
    static var previews: some View {
        Form {
            EntryField(title: "Size", text: .constant("16"), hint: nil)
            EntryField(title: "Base", text: .constant("x"), hint: "A number, such as 0.5")
        }
    }
}
